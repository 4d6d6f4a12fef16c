import { exp, log } from "../../kernels/math";

/**
 * The quantile of Student's t distribution: P(T ≤ result) = `probability`, for `freedom` ≥ 1 (a whole number). Found by
 * bisection of the distribution function, to about 1e-12.
 */
export function studentQuantile(probability: number, freedom: number): number {
  if (probability < 0.5) return -studentQuantile(1 - probability, freedom);
  let low = 0;
  let high = 1;
  while (studentDistribution(high, freedom) < probability) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (studentDistribution(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T ≤ t) for t ≥ 0: 1 − I_x(ν/2, 1/2) / 2 at x = ν / (ν + t²) (Abramowitz and Stegun 26.7.1 and 26.5.27). */
function studentDistribution(t: number, freedom: number): number {
  const square = t * t;
  return 1 - incompleteBeta(freedom, 1, freedom / (freedom + square), square / (freedom + square)) / 2;
}

/** I_x(a/2, b/2) for whole a and b; `rest` is 1 − x, given apart so that it is not rounded away. */
function incompleteBeta(a: number, b: number, x: number, rest: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  // The fraction converges quickly on this side of the mean only.
  if (x > (a + 2) / (a + b + 4)) return 1 - incompleteBeta(b, a, rest, x);
  const logFactor =
    logGammaOfHalf(a + b) - logGammaOfHalf(a) - logGammaOfHalf(b) + (a / 2) * log(x) + (b / 2) * log(rest);
  return (exp(logFactor) * betaFraction(a / 2, b / 2, x)) / (a / 2);
}

/** The continued fraction of the incomplete beta function (Numerical Recipes 6.4), by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return result;
}

const logRootOfPi = 0.5723649429247001;

/** ln Γ(k / 2) for a whole k ≥ 1, from Γ(1/2) = √π and Γ(1) = 1. */
function logGammaOfHalf(k: number): number {
  let result = k % 2 === 1 ? logRootOfPi : 0;
  for (let j = k % 2 === 1 ? 1 : 2; j < k; j += 2) result += log(j / 2);
  return result;
}
