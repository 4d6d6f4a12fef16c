import type { QuantizedData } from "../../kernels/tensor";
import { halfToFloat } from "./float16";
import type { GgufTensor } from "./read_gguf";
import { isRepackable, repack, unsupportedType } from "./repack";

/** All rows × cols values of a tensor of a type that can be read, row-major; else GGUF_TENSOR_TYPE. */
export function toFloat32(tensor: GgufTensor): Float32Array<ArrayBuffer> {
  if (isRepackable(tensor.type)) return dequantizeAll(repack(tensor));
  const { type, rows, cols, bytes } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(rows * cols);
  if (type === "F32") {
    for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(i * 4, true);
  } else if (type === "F16") {
    for (let i = 0; i < values.length; i++) values[i] = halfToFloat(view.getUint16(i * 2, true));
  } else if (type === "BF16") {
    const bits = new Uint32Array(values.buffer);
    for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(i * 2, true) << 16;
  } else {
    throw unsupportedType(tensor);
  }
  return values;
}

/** `dequantize` of every element, row-major, a word at a time. */
export function dequantizeAll(data: QuantizedData): Float32Array<ArrayBuffer> {
  const { words, bits, zero, group, scales, offsets } = data;
  const perWord = 32 / bits;
  const values = new Float32Array(words.length * perWord);
  for (let i = 0; i < words.length; i++) {
    const first = i * perWord;
    const inGroup = Math.floor(first / group);
    for (let j = 0; j < perWord; j++) {
      const integer = bits === 8 ? (words[i] << (24 - j * 8)) >> 24 : ((words[i] >>> (j * 4)) & 15) - zero;
      const scaled = Math.fround(scales[inGroup] * integer);
      values[first + j] = offsets ? scaled + offsets[inGroup] : scaled;
    }
  }
  return values;
}
