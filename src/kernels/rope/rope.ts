import { exp, log, sincos } from "../math";
import type { Tensor } from "../tensor";

/**
 * Rotary position embedding (Su et al. 2021) in the half-split layout: within a head of size h, numbers i and
 * i + h/2 are a pair that turns by the angle position · base^(−2i/h). In place.
 */
export interface RopeOptions<T extends Tensor = Tensor> {
  /** [T, heads · headDim], rotated in place. */
  readonly x: T;
  /** [T, 1], u32: the position of each row. */
  readonly positions: T;
  /** [positions, headDim]: per position headDim/2 cosines, then headDim/2 sines; see `ropeTable`. */
  readonly table: T;
  /** Turn backwards: the gradient of a rotation is the opposite rotation. Default false. */
  readonly inverse?: boolean;
}

/** Of the angles: position · base^(−2i/headDim) / divisors[i]. */
export interface RopeAngles {
  readonly headDim: number;
  readonly ropeBase: number;
  /** One for each of the headDim / 2 frequencies. Default: all are 1. */
  readonly ropeDivisors?: readonly number[];
}

/** Cosines and sines for positions 0 … count − 1, computed in double precision on the host, for both backends. */
export function ropeTable(
  count: number,
  { headDim, ropeBase, ropeDivisors }: RopeAngles,
): Float32Array<ArrayBuffer> {
  const half = headDim / 2;
  const table = new Float32Array(count * headDim);
  const logBase = log(ropeBase);
  for (let i = 0; i < half; i++) {
    const frequency = exp((-2 * i * logBase) / headDim) / (ropeDivisors?.[i] ?? 1);
    for (let position = 0; position < count; position++) {
      const [sin, cos] = sincos(position * frequency);
      table[position * headDim + i] = cos;
      table[position * headDim + half + i] = sin;
    }
  }
  return table;
}
