import { HerlError } from "../../errors";
import type { QuantizedData } from "../../kernels/tensor";
import { blockFormats, type BlockFormat, type Unpacked } from "./block_formats";
import { halfToFloat } from "./float16";
import type { GgufTensor } from "./read_gguf";
import { chooseReadable, readableTypes, tensorTypes } from "./tensor_type";

/** The types that have a way of their own; the others go by `blockFormats`. */
const repackers = { Q8_0: repackQ8, Q4_0: repackQ4, Q4_1: repackQ4 };
type RepackableType = keyof typeof repackers | keyof typeof blockFormats;

/** Whether `repack` takes a type. */
export const isRepackable = (type: string): type is RepackableType =>
  Object.hasOwn(repackers, type) || Object.hasOwn(blockFormats, type);

/** Elements of a block, and of a group in the target layout, in the types with a way of their own. */
const group = 32;

/**
 * The tensor in the layout that kernels compute on, exactly: `dequantize` gives the same f32 values as GGML's
 * reference code. Blocks, with each block's f16 scale in front of its integers, become one array of words and
 * one of f32 scales. Raises GGUF_TENSOR_TYPE for types that are not block-quantized or not read yet.
 */
export function repack(tensor: GgufTensor): QuantizedData {
  const { type } = tensor;
  if (!isRepackable(type)) throw unsupportedType(tensor);
  return type in blockFormats
    ? repackBlocks(tensor, blockFormats[type as keyof typeof blockFormats])
    : repackers[type as keyof typeof repackers](tensor);
}

/** Raises GGUF_TENSOR_TYPE for a tensor of a type that is not read. */
export function checkReadable(tensor: GgufTensor): void {
  if (!readableTypes.some((type) => type === tensor.type)) throw unsupportedType(tensor);
}

export function unsupportedType({ name, type }: GgufTensor): HerlError {
  return new HerlError(
    "GGUF_TENSOR_TYPE",
    `Tensor ${name} is ${type}, which is not supported`,
    chooseReadable,
  );
}

/** Any format of `blockFormats`, block by block. */
function repackBlocks({ rows, cols, type, bytes }: GgufTensor, format: BlockFormat): QuantizedData {
  const { elements, bits, zero, group, hasOffsets } = format;
  const count = rows * cols;
  const integers = new Int8Array(elements);
  const scales = new Float32Array(count / group);
  const offsets = new Float32Array(hasOffsets ? count / group : 0);
  const out: Unpacked = { integers, scales, offsets, group: 0 };
  const packed = new Uint8Array((count * bits) / 8);
  const stride = tensorTypes[type].bytes;
  for (let block = 0, to = 0; block * elements < count; block++) {
    format.unpack(bytes, block * stride, out);
    out.group += elements / group;
    if (bits === 8) for (let i = 0; i < elements; i++) packed[to++] = integers[i];
    else
      for (let i = 0; i < elements; i += 2)
        packed[to++] = (integers[i] + zero) | ((integers[i + 1] + zero) << 4);
  }
  const words = new Uint32Array(packed.buffer);
  return { rows, cols, bits, zero, group, words, scales, offsets: hasOffsets ? offsets : null };
}

/** Q8_0: f16 scale, 32 signed bytes in order. The bytes are the words of the target already. */
function repackQ8(tensor: GgufTensor): QuantizedData {
  const { rows, cols, blocks, view, stride } = blocksOf(tensor);
  const scales = new Float32Array(blocks);
  const words = new Uint32Array(blocks * 8);
  for (let block = 0; block < blocks; block++) {
    const at = block * stride;
    scales[block] = halfToFloat(view.getUint16(at, true));
    for (let i = 0; i < 8; i++) words[block * 8 + i] = view.getUint32(at + 2 + i * 4, true);
  }
  return { rows, cols, bits: 8, zero: 0, group, words, scales, offsets: null };
}

/**
 * Q4_0: f16 scale, then 16 bytes of which byte j holds element j in its low and element j + 16 in its high
 * nibble, both 8 above their value. Q4_1 has an f16 minimum after the scale, and its nibbles count from there.
 */
function repackQ4(tensor: GgufTensor): QuantizedData {
  const { rows, cols, blocks, view, stride } = blocksOf(tensor);
  const hasOffset = tensor.type === "Q4_1";
  const scales = new Float32Array(blocks);
  const offsets = hasOffset ? new Float32Array(blocks) : null;
  const words = new Uint32Array(blocks * 4);
  for (let block = 0; block < blocks; block++) {
    const at = block * stride;
    scales[block] = halfToFloat(view.getUint16(at, true));
    if (offsets) offsets[block] = halfToFloat(view.getUint16(at + 2, true));
    const nibbles = at + stride - 16;
    for (let half = 0; half < 2; half++) {
      const first = view.getUint32(nibbles + half * 8, true);
      const second = view.getUint32(nibbles + half * 8 + 4, true);
      words[block * 4 + half] = evenNibbles(first) | (evenNibbles(second) << 16);
      words[block * 4 + half + 2] = evenNibbles(first >>> 4) | (evenNibbles(second >>> 4) << 16);
    }
  }
  return { rows, cols, bits: 4, zero: hasOffset ? 0 : 8, group, words, scales, offsets };
}

/** The low nibbles of a word's four bytes, side by side in 16 bits, the lowest byte's lowest. */
function evenNibbles(word: number): number {
  const nibbles = word & 0x0f0f0f0f;
  const pairs = (nibbles | (nibbles >>> 4)) & 0x00ff00ff;
  return (pairs | (pairs >>> 8)) & 0xffff;
}

function blocksOf({ rows, cols, type, bytes }: GgufTensor) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { rows, cols, blocks: (rows * cols) / group, view, stride: tensorTypes[type].bytes };
}
