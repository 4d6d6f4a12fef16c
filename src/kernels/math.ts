/**
 * exp, log, sin and cos that give the same bits on every engine: only + − × ÷ and bit patterns, in double
 * precision. `Math.exp` and its kin may differ in their last bits from engine to engine, and one differing bit
 * would change a sampled token and with it a whole run. Accurate to about 1e-15 relative, so that a result
 * rounded to f32 is within one unit in the last place (tested).
 */

const bits = new DataView(new ArrayBuffer(8));

/** 2^n for integers −1022 ≤ n ≤ 1023. */
function powerOfTwo(n: number): number {
  bits.setInt32(0, (n + 1023) << 20);
  bits.setInt32(4, 0);
  return bits.getFloat64(0);
}

// ln 2 in two parts: the high one has 32 trailing zero bits, so n · LN2_HIGH is exact for |n| < 2^11.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LOG2_E = 1.4426950408889634;

/** e^x. Overflows to Infinity above 709.78, underflows to 0 below −708.4 (no subnormal doubles). */
export function exp(x: number): number {
  if (x > 709.782712893384) return Infinity;
  if (x < -708.4) return 0;
  if (x !== x) return x;
  const n = Math.round(x * LOG2_E);
  const r = x - n * LN2_HIGH - n * LN2_LOW; // |r| ≤ ln 2 / 2
  // Taylor series, evaluated by Horner's rule; the 14th term is below 1e-18.
  let sum = 1;
  for (let k = 13; k >= 1; k--) sum = 1 + (r / k) * sum;
  return n > 1023 ? sum * powerOfTwo(1023) * 2 : sum * powerOfTwo(n);
}

/** The natural logarithm. −Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let scale = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 4503599627370496; // subnormal: times 2^52
    scale = -52;
  }
  bits.setFloat64(0, x);
  let exponent = (bits.getInt32(0) >> 20) - 1023;
  bits.setInt32(0, (bits.getInt32(0) & 0x000fffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0); // in [1, 2)
  if (mantissa > 1.4142135623730951) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh((m − 1)/(m + 1)); the argument is below 0.1716, so 11 terms reach 1e-17.
  const s = (mantissa - 1) / (mantissa + 1);
  const s2 = s * s;
  let series = 0;
  for (let k = 21; k >= 3; k -= 2) series = s2 * (1 / k + series);
  const n = exponent + scale;
  return n * LN2_HIGH + (n * LN2_LOW + 2 * (s + s * series));
}

// π/2 in three parts of 33 bits each (the last one rounded), for exact reduction of angles up to about 1e6.
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;

/** [sin x, cos x], for |x| up to about a million radians (RoPE's largest angle is the context length). */
export function sincos(x: number): [sin: number, cos: number] {
  const quadrant = Math.round(x * 0.6366197723675814);
  const r = x - quadrant * HALF_PI_1 - quadrant * HALF_PI_2 - quadrant * HALF_PI_3; // |r| ≤ π/4
  const r2 = r * r;
  let sin = 1;
  let cos = 1;
  for (let k = 16; k >= 2; k -= 2) {
    cos = 1 - (r2 / (k * (k - 1))) * cos;
    sin = 1 - (r2 / (k * (k + 1))) * sin;
  }
  sin *= r;
  switch (((quadrant % 4) + 4) % 4) {
    case 0:
      return [sin, cos];
    case 1:
      return [cos, -sin];
    case 2:
      return [-sin, -cos];
    default:
      return [-cos, sin];
  }
}
