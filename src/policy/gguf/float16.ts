/** IEEE 754 binary16, which JavaScript engines do not all convert to and from yet. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The value of a binary16 bit pattern. Exact: every binary16 number is a binary32 number. */
export function halfToFloat(half: number): number {
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return (sign * fraction) / 0x1000000;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  // Move the exponent from bias 15 to bias 127, and the fraction from 10 to 23 bits.
  bits[0] = ((half & 0x8000) << 16) | ((exponent + 112) << 23) | (fraction << 13);
  return float[0];
}

/** The binary16 bit pattern nearest to a binary32 value, ties to even; beyond ±65519.99… it is an infinity. */
export function floatToHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above, the tie included
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(float[0]) * 0x1000000); // below 2^-14
  // Adding just under half of the lowest kept bit, plus that bit itself, carries exactly when it must.
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
