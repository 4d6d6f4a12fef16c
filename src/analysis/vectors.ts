/** Sums over long vectors of single precision, taken in double. */

type Vector = ArrayLike<number>;

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** ‖a‖². */
export const squaredNorm = (a: Vector): number => dot(a, a);

export const norm = (a: Vector): number => Math.sqrt(squaredNorm(a));

/** Cosine of the angle between two vectors; null when one of them is 0. */
export function cosine(a: Vector, b: Vector): number | null {
  const length = norm(a) * norm(b);
  return length === 0 ? null : dot(a, b) / length;
}

/** a − b. */
export function difference(a: Vector, b: Vector): Float64Array {
  return Float64Array.from({ length: a.length }, (_, i) => a[i] - b[i]);
}
