/**
 * What kernels compute on: matrices in the memory of a device. Everything is row-major and 32 bits wide.
 * Each backend has its own tensors (`CpuTensor`, `GpuTensor`); code above this floor only sees `Tensor`.
 */

/** A row-major matrix in device memory. One number per token is a matrix of one column. */
export interface Tensor {
  readonly rows: number;
  readonly cols: number;
  readonly dtype: "f32" | "u32";
  /** Rows start … start + rows, sharing the memory. On webgpu, start · cols must be a multiple of 64. */
  slice(start: number, rows: number): Tensor;
  /** `rows` × `cols` numbers from element `start` on, sharing the memory. On webgpu, start must be a multiple of 64. */
  view(start: number, rows: number, cols: number): Tensor;
}

/**
 * The one layout to which every quantized file type is repacked at load, on the host side.
 * Element (r, c) is `scale · (q − zero) + offset` with the scale and offset of its group: `group` consecutive
 * elements of a row share them. Integers are packed along the row, lowest bits first, into 32-bit words:
 * four signed bytes (`bits` 8, `zero` 0) or eight unsigned nibbles (`bits` 4, `zero` 0 or 8).
 */
export interface QuantizedData {
  readonly rows: number;
  /** A multiple of `group`. */
  readonly cols: number;
  readonly bits: 4 | 8;
  readonly zero: 0 | 8;
  readonly group: 16 | 32;
  /** rows × cols × bits / 32 words. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** rows × cols / group. */
  readonly scales: Float32Array<ArrayBuffer>;
  /** rows × cols / group, or null where the format has none. */
  readonly offsets: Float32Array<ArrayBuffer> | null;
}

/** A quantized matrix in device memory; see `QuantizedData` for the layout. */
export interface QuantizedMatrix<T extends Tensor = Tensor> {
  readonly rows: number;
  readonly cols: number;
  readonly bits: 4 | 8;
  readonly zero: 0 | 8;
  readonly group: 16 | 32;
  readonly words: T;
  readonly scales: T;
  readonly offsets: T | null;
}

/** A weight matrix [output features, input features]: floats, or quantized integers. */
export type Weight<T extends Tensor = Tensor> = T | QuantizedMatrix<T>;

export const isQuantized = <T extends Tensor>(weight: Weight<T>): weight is QuantizedMatrix<T> =>
  "bits" in weight;

/** A tensor whose slices and views are of its own kind. */
export interface Sliceable<T extends Tensor> extends Tensor {
  slice(start: number, rows: number): T;
  view(start: number, rows: number, cols: number): T;
}

/** Rows start … start + rows of a weight matrix, sharing the memory. On webgpu, start is a multiple of 64. */
export function weightRows<T extends Sliceable<T>>(
  weight: Weight<T>,
  start: number,
  rows: number,
): Weight<T> {
  if (start === 0 && rows === weight.rows) return weight;
  if (!isQuantized(weight)) return weight.slice(start, rows);
  const { cols, bits, group, words, scales, offsets } = weight;
  const cut = (tensor: T, perRow: number) => tensor.view(start * perRow, 1, rows * perRow);
  return {
    ...weight,
    rows,
    words: cut(words, (cols * bits) / 32),
    scales: cut(scales, cols / group),
    offsets: offsets && cut(offsets, cols / group),
  };
}

/** Writes row `row`, dequantized, to `out` from `start` on: the values that every kernel must compute. */
export function dequantizeRow(data: QuantizedData, row: number, out: Float32Array, start = 0): void {
  if (data.bits === 8 && !data.offsets) return scaledBytes(data, row, out, start);
  for (let col = 0; col < data.cols; col++) out[start + col] = dequantize(data, row, col);
}

/** The same for bytes without offsets: products of a float and a byte are exact in double, and rounded once. */
function scaledBytes(
  { words, scales, cols, group }: QuantizedData,
  row: number,
  out: Float32Array,
  start: number,
): void {
  const first = row * cols;
  const bytes = new Int8Array(words.buffer, words.byteOffset + first, cols);
  for (let col = 0; col < cols; col++)
    out[start + col] = scales[Math.floor((first + col) / group)] * bytes[col];
}

/** The value of element (row, col), as every kernel must compute it (f32 steps, rounded once each). */
export function dequantize(data: QuantizedData, row: number, col: number): number {
  const element = row * data.cols + col;
  const perWord = 32 / data.bits;
  const word = data.words[Math.floor(element / perWord)];
  const shift = (element % perWord) * data.bits;
  const integer = data.bits === 8 ? (word << (24 - shift)) >> 24 : ((word >>> shift) & 15) - data.zero;
  const group = Math.floor(element / data.group);
  const scaled = Math.fround(data.scales[group] * integer);
  return data.offsets ? Math.fround(scaled + data.offsets[group]) : scaled;
}
