import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dequantize } from "../../kernels/tensor";
import { halfToFloat } from "./float16";
import { encodeTensor } from "./quantize";
import { readGguf, requireTensor } from "./read_gguf";
import type { GgufTensor } from "./read_gguf";
import { repack } from "./repack";
import { errorOf } from "./testing";
import { tensorTypes } from "./tensor_type";
import { toFloat32 } from "./to_float32";

const { fround } = Math;
const quantized = ["Q8_0", "Q4_0", "Q4_1"] as const;
type Quantized = (typeof quantized)[number];

/** Bit patterns, so that −0 and 0 differ, and NaN equals NaN. */
const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** The value of element `i` of a block, straight from the words of the GGUF specification. */
function specified(type: Quantized, block: Uint8Array, i: number): number {
  const half = (at: number) => halfToFloat(block[at] | (block[at + 1] << 8));
  if (type === "Q8_0") return fround(half(0) * ((block[2 + i] << 24) >> 24));
  const byte = block[(type === "Q4_0" ? 2 : 4) + (i % 16)];
  const nibble = i < 16 ? byte & 15 : byte >> 4;
  return type === "Q4_0" ? fround(half(0) * (nibble - 8)) : fround(fround(half(0) * nibble) + half(2));
}

/** A tensor of any bytes whatever, with finite f16 numbers in front of each block. */
const anyTensor = (type: Quantized) =>
  fc
    .record({ rows: fc.integer({ min: 1, max: 3 }), blocks: fc.integer({ min: 1, max: 3 }) })
    .chain(({ rows, blocks }) => {
      const stride = tensorTypes[type].bytes;
      const length = rows * blocks * stride;
      return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes): GgufTensor => {
        const finite = bytes.map((byte, at) =>
          at % stride === 1 || (type === "Q4_1" && at % stride === 3) ? byte & 0xbf : byte,
        );
        // An odd offset in memory, as a tensor in a file may have.
        const shifted = new Uint8Array(length + 1);
        shifted.set(finite, 1);
        return {
          name: "t",
          type,
          dims: [blocks * 32, rows],
          rows,
          cols: blocks * 32,
          bytes: shifted.subarray(1),
        };
      });
    });

describe.each(quantized)("%s", (type) => {
  test("repacked, every element has the value of the specification, bit for bit", () => {
    const stride = tensorTypes[type].bytes;
    fc.assert(
      fc.property(anyTensor(type), (tensor) => {
        const data = repack(tensor);
        const all = toFloat32(tensor);
        expect(data).toMatchObject({ rows: tensor.rows, cols: tensor.cols, group: 32 });
        for (let i = 0; i < tensor.rows * tensor.cols; i++) {
          const at = Math.floor(i / 32) * stride;
          const expected = specified(type, tensor.bytes.subarray(at, at + stride), i % 32);
          const found = dequantize(data, Math.floor(i / tensor.cols), i % tensor.cols);
          if (!Object.is(found, expected)) expect.fail(`element ${i}: ${found}, not ${expected}`);
          if (!Object.is(all[i], expected)) expect.fail(`element ${i}: ${all[i]}, not ${expected}`);
        }
      }),
      { seed: 21, numRuns: 100 },
    );
  });

  test("quantized, no value is further off than the format's step allows", () => {
    const stride = tensorTypes[type].bytes;
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 32, maxLength: 32 }),
        (values) => {
          const tensor = encodeTensor("t", type, [32], Float32Array.from(values));
          const scale = Math.abs(halfToFloat(tensor.bytes[0] | (tensor.bytes[1] << 8)));
          // Half a step, or a whole one at the far end of Q4_0, where +8 has no code; and what rounding the
          // scale (and the minimum) to f16 adds over all steps: 2^-11 relative, 2^-25 below its normal range.
          const steps = { Q8_0: 127, Q4_0: 8, Q4_1: 15 }[type];
          const minimum = type === "Q4_1" ? Math.max(...values.map(Math.abs)) : 0;
          const rounding = (magnitude: number) => magnitude * 2 ** -11 + 2 ** -25;
          const bound = scale * (type === "Q4_0" ? 1 : 0.5) + steps * rounding(scale) + rounding(minimum);
          const restored = toFloat32(tensor);
          values.forEach((value, i) => {
            expect(Math.abs(restored[i] - value)).toBeLessThanOrEqual(bound * (1 + 1e-5));
          });
          expect(tensor.bytes.length).toBe(stride);
        },
      ),
      { seed: 22, numRuns: 300 },
    );
  });

  test("values that the format holds exactly come back exactly", () => {
    const integers = { Q8_0: [127, -127, 5, 0], Q4_0: [-8, 7, 3, 0], Q4_1: [0, 15, 7, 1] }[type];
    const values = new Float32Array(64).map((_, i) => 0.125 * integers[i % 4]);
    expect(toFloat32(encodeTensor("t", type, [32, 2], values))).toEqual(values);
  });
});

describe("llama.cpp's reference quantizers", () => {
  const file = readGguf(new Uint8Array(readFileSync(new URL("./fixtures/blocks.gguf", import.meta.url))));
  const matrix = toFloat32(requireTensor(file, "matrix.F32"));

  test.each(["F16", ...quantized] as const)(
    "%s: the same bytes are written, and the same values read",
    (type) => {
      const tensor = requireTensor(file, `matrix.${type}`);
      expect(encodeTensor(tensor.name, type, tensor.dims, matrix)).toEqual(tensor);
      expect(bits(toFloat32(tensor))).toEqual(bits(toFloat32(requireTensor(file, `expected.${type}`))));
    },
  );
});

test("floats are kept: F32 exactly, F16 to the nearest", () => {
  const values = Float32Array.of(0.1, -65504, 2 ** -24, 0);
  expect(toFloat32(encodeTensor("t", "F32", [2, 2], values))).toEqual(values);
  expect([...toFloat32(encodeTensor("t", "F16", [4], values))]).toEqual([
    0.0999755859375,
    -65504,
    2 ** -24,
    0,
  ]);
});

test("types that are not read are named", () => {
  const bytes = new Uint8Array(136);
  const tensor: GgufTensor = {
    name: "blk.0.attn_q.weight",
    type: "IQ4_XS",
    dims: [256],
    rows: 1,
    cols: 256,
    bytes,
  };
  for (const read of [repack, toFloat32]) {
    const error = errorOf(() => read(tensor));
    expect(error.code).toBe("GGUF_TENSOR_TYPE");
    expect(error.line).toContain("blk.0.attn_q.weight is IQ4_XS, which is not supported");
  }
  expect(errorOf(() => repack({ ...tensor, type: "F32" })).code).toBe("GGUF_TENSOR_TYPE");
});

test("what cannot be encoded is refused, not written as something else", () => {
  const encode = (type: "F32" | "F16" | Quantized, value: number) =>
    errorOf(() => encodeTensor("t", type, [32], new Float32Array(32).fill(value, 3, 4))).code;
  for (const type of ["F32", "F16", ...quantized] as const) {
    for (const value of [NaN, Infinity, -Infinity]) expect(encode(type, value)).toBe("GGUF_TENSOR_TYPE");
  }
  expect(encode("F16", 65520)).toBe("GGUF_TENSOR_TYPE");
  expect(encode("Q8_0", 1e7)).toBe("GGUF_TENSOR_TYPE");
  expect(errorOf(() => encodeTensor("t", "Q8_0", [33], new Float32Array(33))).code).toBe("GGUF_TENSOR_SHAPE");
  expect(errorOf(() => encodeTensor("t", "F32", [4, 2], new Float32Array(7))).code).toBe("GGUF_TENSOR_SHAPE");
});

test("values too small for an f16 scale become zeros", () => {
  for (const type of quantized) {
    const values = new Float32Array(32).fill(1e-42);
    expect(toFloat32(encodeTensor("t", type, [32], values)).map(Math.abs)).toEqual(new Float32Array(32));
  }
});

test("a block of zeros has the same bytes whatever their signs", () => {
  for (const type of quantized) {
    const [plus, minus] = [0, -0].map((zero) =>
      encodeTensor("t", type, [32], new Float32Array(32).fill(zero)),
    );
    expect(minus.bytes.slice(type === "Q4_1" ? 4 : 0)).toEqual(plus.bytes.slice(type === "Q4_1" ? 4 : 0));
  }
});
