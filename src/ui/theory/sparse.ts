/**
 * How often a group of N independent responses has something to learn from, p being the probability that one of them
 * passes. Exact.
 */

/** At least one response passes: 1 − (1 − p)^N. */
export const aSuccess = (p: number, n: number): number => 1 - (1 - p) ** n;

/** None of N responses passes, each of which fails with this probability. */
export const aTieOfFailures = (failing: number, n: number): number => failing ** n;

/** All N rewards are equal when a reward is passed or not: p^N + (1 − p)^N. */
export const aTie = (p: number, n: number): number => p ** n + (1 - p) ** n;

/**
 * Not all N rewards are equal when a reward is the number of items met out of `items` that are met independently, each
 * with probability p^(1/items), so that all are met with probability p: 1 − Σ_k P(k met)^N.
 */
export function aSpread(p: number, n: number, items: number): number {
  const each = p ** (1 / items);
  let [tie, ways] = [0, 1];
  for (let k = 0; k <= items; k++) {
    tie += (ways * each ** k * (1 - each) ** (items - k)) ** n;
    ways = (ways * (items - k)) / (k + 1);
  }
  return 1 - tie;
}
