/** Every type that is read, against values that the gguf package gives for blocks of any bytes whatever. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dequantize } from "../../kernels/tensor";
import { blockFormats } from "./block_formats";
import { readGguf, requireTensor } from "./read_gguf";
import { isRepackable, repack } from "./repack";
import { readableTypes, tensorTypes } from "./tensor_type";
import { toFloat32 } from "./to_float32";

const file = readGguf(new Uint8Array(readFileSync(new URL("./fixtures/block_types.gguf", import.meta.url))));
const blocksOf = (type: string) => requireTensor(file, `blocks.${type}`);
const valuesOf = (type: string) => toFloat32(requireTensor(file, `values.${type}`));
/** NaN equals NaN, −0 is not 0. */
const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

test.each([...Object.keys(blockFormats), "BF16"])("%s has the reference's values, bit for bit", (type) => {
  expect(blocksOf(type).type).toBe(type);
  expect(bits(toFloat32(blocksOf(type)))).toEqual(bits(valuesOf(type)));
});

describe.each(Object.keys(blockFormats) as (keyof typeof blockFormats)[])("%s", (type) => {
  test("an element of the one layout has its value, wherever it is", () => {
    const data = repack(blocksOf(type));
    const expected = valuesOf(type);
    const { bits: width, group, hasOffsets } = blockFormats[type];
    expect(data).toMatchObject({ bits: width, group, rows: 3, cols: 512 });
    expect(data.offsets !== null).toBe(hasOffsets);
    for (const at of [0, 1, 31, 32, 127, 128, 255, 256, 511, 512, 1023, 1535])
      expect(dequantize(data, Math.floor(at / 512), at % 512)).toBe(expected[at]);
  });

  test("every bit of a block counts", () => {
    const tensor = blocksOf(type);
    const stride = tensorTypes[type].bytes;
    const before = bits(toFloat32(tensor));
    for (let bit = 0; bit < stride * 8; bit++) {
      // In all blocks at once: in one of them it may meet a scale of 0.
      const bytes = tensor.bytes.slice();
      for (let at = bit >> 3; at < bytes.length; at += stride) bytes[at] ^= 1 << (bit & 7);
      const after = bits(toFloat32({ ...tensor, bytes }));
      if (after.every((value, i) => value === before[i])) expect.fail(`bit ${bit} changes nothing`);
    }
  });
});

test("the types that messages name are those that are read", () => {
  const repacked = Object.keys(tensorTypes).filter(isRepackable);
  expect([...readableTypes].sort()).toEqual(["F32", "F16", "BF16", ...repacked].sort());
});
