import type { QuantizedMatrix, Tensor } from "../tensor";

/**
 * Row placement into a matrix of eight-bit integers: out[rows[i]] = x[i], rows distinct. The 32 numbers of a group share
 * the scale s = max |x| / 127, and each becomes the integer nearest to x / s, so that s · integer is at most s / 2 away. A
 * group of zeros has scale 0. How keys and values enter a cache that takes a quarter of the memory.
 */
export interface QuantizeRowsOptions<T extends Tensor = Tensor> {
  /** [T, D], D a multiple of 32. */
  readonly x: T;
  /** [T, 1], u32, each below R. */
  readonly rows: T;
  /** [R, D] of eight bits in groups of 32, without offsets. */
  readonly out: QuantizedMatrix<T>;
}
