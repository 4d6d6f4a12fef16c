/**
 * Rotary embedding turns pairs of a head's features. GGUF files of architecture `llama` store the rows of
 * `attn_q` and `attn_k` so that a pair is (2i, 2i + 1); Hugging Face checkpoints, and our kernels, so that it is
 * (i, i + headDim / 2). Within a head, GGUF row 2i + j is row j · headDim / 2 + i of the half-split order.
 * Blocks lie inside rows, so the change is a shuffle of rows, for quantized data too.
 */
import type { QuantizedData } from "../../kernels/tensor";

/** For each row of the half-split order, the GGUF row that it is. Gathering by it un-permutes, at load. */
export function halfSplitOrder(rows: number, headDim: number): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) order[halfSplitRow(row, headDim)] = row;
  return order;
}

/** For each GGUF row, the row of the half-split order that it is. Gathering by it permutes, at write. */
export function interleavedOrder(rows: number, headDim: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(rows).map((_, row) => halfSplitRow(row, headDim));
}

/** Row r of the result is row order[r] of a row-major matrix of `cols` columns. */
export function gatherRows(
  values: Float32Array,
  cols: number,
  order: Uint32Array,
): Float32Array<ArrayBuffer> {
  return gather(new Float32Array(values.length), values, cols, order);
}

/** Row r of the result is row order[r] of the matrix. */
export function gatherQuantizedRows(data: QuantizedData, order: Uint32Array): QuantizedData {
  const { cols, bits, group, words, scales, offsets } = data;
  const groups = cols / group;
  return {
    ...data,
    words: gather(new Uint32Array(words.length), words, (cols * bits) / 32, order),
    scales: gather(new Float32Array(scales.length), scales, groups, order),
    offsets: offsets && gather(new Float32Array(offsets.length), offsets, groups, order),
  };
}

function halfSplitRow(ggufRow: number, headDim: number): number {
  const inHead = ggufRow % headDim;
  const pair = Math.floor(inHead / 2);
  return ggufRow - inHead + (inHead % 2) * (headDim / 2) + pair;
}

function gather<T extends Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(
  target: T,
  source: Float32Array | Uint32Array,
  perRow: number,
  order: Uint32Array,
): T {
  order.forEach((from, row) => target.set(source.subarray(from * perRow, (from + 1) * perRow), row * perRow));
  return target;
}
