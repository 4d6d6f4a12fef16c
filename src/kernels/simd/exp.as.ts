// e^x for four f32 at once (AssemblyScript, WebAssembly SIMD): computed in double precision, rounded once, so the
// result is within one unit in the last place and the same on every engine. ../math.ts is the scalar twin.

const LOG2_E: f64 = 1.4426950408889634;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const ROUNDER: f64 = 6755399441055744.0; // 1.5 · 2^52: adding it rounds to an integer, kept in the low bits

// e^x of two doubles with −200 ≤ x ≤ 200.
@inline
function expPair(x: v128): v128 {
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(LOG2_E)), f64x2.splat(ROUNDER));
  const n = f64x2.sub(shifted, f64x2.splat(ROUNDER));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, f64x2.splat(LN2_HIGH))), f64x2.mul(n, f64x2.splat(LN2_LOW)));
  // Taylor series to the 10th power: |r| ≤ ln 2 / 2, so the rest is below 1e-12 and vanishes in f32.
  let sum = f64x2.splat(1.0 / 3628800.0);
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 362880.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 40320.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 5040.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 720.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 120.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 24.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 6.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(0.5));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0));
  // Multiply by 2^n: the integer n sits in the low bits of `shifted`; move n + 1023 into the exponent.
  const power = i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
  return f64x2.mul(sum, power);
}

/** e^x of four f32; 0 far below, Infinity far above. */
@inline
export function exp4(x: v128): v128 {
  const bounded = f32x4.min(f32x4.max(x, f32x4.splat(-150)), f32x4.splat(100));
  const low = f32x4.demote_f64x2_zero(expPair(f64x2.promote_low_f32x4(bounded)));
  const high = f32x4.demote_f64x2_zero(expPair(f64x2.promote_low_f32x4(v128.shuffle<f32>(bounded, bounded, 2, 3, 2, 3))));
  return v128.shuffle<f32>(low, high, 0, 1, 4, 5);
}

/** e^x of one double, x ≤ 0: e^−200 for all below. */
@inline
export function exp(x: f64): f64 {
  return f64x2.extract_lane(expPair(f64x2.splat(max(x, -200))), 0);
}

/** The natural logarithm of a positive normal double, by 2 artanh((m − 1)/(m + 1)). */
export function log(x: f64): f64 {
  const pattern = reinterpret<u64>(x);
  let exponent = <f64>(<i64>(pattern >> 52) - 1023);
  let mantissa = reinterpret<f64>((pattern & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const s2 = s * s;
  let series: f64 = 0;
  for (let k = 21; k >= 3; k -= 2) series = s2 * (1.0 / <f64>k + series);
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * (s + s * series));
}

/** e^x elementwise over `length` f32 (a multiple of 4), for the test of exp4. */
export function expArray(x: usize, y: usize, length: i32): void {
  for (let i: usize = 0; i < <usize>length * 4; i += 16) v128.store(y + i, exp4(v128.load(x + i)));
}

/** The sum of the four lanes, in a fixed order. */
@inline
export function sum4(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** The largest of the four lanes. */
@inline
export function max4(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}
