import fc from "fast-check";
import { expect, test } from "vitest";
import { readGgufHeader } from "./header";
import { encodeTensor } from "./quantize";
import type { WritableType } from "./quantize";
import { readGguf } from "./read_gguf";
import { errorOf } from "./testing";
import { ggufValue, numberTypes } from "./value";
import type { GgufArray, GgufValue, NumberType } from "./value";
import { writeGguf } from "./write_gguf";

/** Every number type with values that it holds exactly. */
const numberOf: Record<NumberType, fc.Arbitrary<number>> = {
  uint8: fc.integer({ min: 0, max: 0xff }),
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  uint32: fc.integer({ min: 0, max: 0xffffffff }),
  int32: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  float32: fc.float(),
  float64: fc.double(),
};
const numberTypeNames = Object.keys(numberTypes) as NumberType[];
const wellFormed = fc.string({ unit: "grapheme" });
const bigints = {
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
};

const { array: arrays } = fc.letrec<{ array: GgufArray }>((tie) => ({
  array: fc.oneof(
    { depthSize: "small", maxDepth: 4 },
    fc
      .constantFrom(...numberTypeNames)
      .chain((of) =>
        fc
          .array(numberOf[of], { maxLength: 5 })
          .map((values): GgufArray => ({ type: "array", of, values: numberTypes[of].array.from(values) })),
      ),
    fc
      .array(bigints.uint64, { maxLength: 5 })
      .map((values): GgufArray => ({ type: "array", of: "uint64", values: BigUint64Array.from(values) })),
    fc.array(fc.boolean()).map((values): GgufArray => ({ type: "array", of: "bool", values })),
    fc.array(wellFormed).map((values): GgufArray => ({ type: "array", of: "string", values })),
    fc
      .array(tie("array"), { maxLength: 3 })
      .map((values): GgufArray => ({ type: "array", of: "array", values: values as GgufArray[] })),
  ),
}));

const values: fc.Arbitrary<GgufValue> = fc.oneof(
  ...numberTypeNames.map((type) => numberOf[type].map((value): GgufValue => ({ type, value }))),
  bigints.uint64.map((value): GgufValue => ({ type: "uint64", value })),
  bigints.int64.map((value): GgufValue => ({ type: "int64", value })),
  fc.boolean().map((value): GgufValue => ({ type: "bool", value })),
  wellFormed.map((value): GgufValue => ({ type: "string", value })),
  arrays,
);

test("what is written is read back: any metadata, any tensors, any alignment", () => {
  const types: WritableType[] = ["F32", "F16", "Q8_0", "Q4_0", "Q4_1"];
  fc.assert(
    fc.property(
      fc.dictionary(wellFormed, values, { maxKeys: 6 }),
      fc.array(fc.tuple(fc.constantFrom(...types), fc.integer({ min: 1, max: 3 })), { maxLength: 4 }),
      fc.option(fc.constantFrom(8, 32, 64, 4096), { nil: undefined }),
      (entries, shapes, alignment) => {
        const metadata = new Map(Object.entries(entries));
        metadata.delete("general.alignment");
        if (alignment) metadata.set("general.alignment", ggufValue.uint32(alignment));
        const tensors = shapes.map(([type, rows], i) =>
          encodeTensor(
            `t${i}`,
            type,
            [32, rows],
            new Float32Array(32 * rows).map((_, j) => j - i),
          ),
        );
        const bytes = writeGguf({ metadata, tensors });
        const header = readGgufHeader(bytes);
        expect(header.alignment).toBe(alignment ?? 32);
        expect(bytes.length % header.alignment).toBe(0);
        const file = readGguf(bytes);
        expect([...file.metadata]).toEqual([...metadata]);
        expect([...file.tensors.values()]).toEqual(tensors);
      },
    ),
    { seed: 5, numRuns: 200 },
  );
});

test("a tensor may have three dimensions: all but the first are rows", () => {
  const tensor = encodeTensor("t", "F32", [2, 3, 4], new Float32Array(24));
  expect(tensor).toMatchObject({ rows: 12, cols: 2 });
  expect(readGguf(writeGguf({ metadata: new Map(), tensors: [tensor] })).tensors.get("t")).toEqual(tensor);
});

test("names that llama.cpp could not keep apart are refused", () => {
  const named = (name: string) => encodeTensor(name, "F32", [1], new Float32Array(1));
  const write = (...names: string[]) => writeGguf({ metadata: new Map(), tensors: names.map(named) });
  expect(write("x".repeat(63)).length).toBeGreaterThan(0);
  expect(errorOf(() => write("x".repeat(64))).code).toBe("GGUF_HEADER");
  expect(errorOf(() => write("a", "a")).line).toMatch(/Two tensors are named a/);
});

test("an integer that its type cannot hold is not written as another", () => {
  const write = (value: GgufValue) => writeGguf({ metadata: new Map([["k", value]]), tensors: [] });
  expect(() => write(ggufValue.uint32(2 ** 32))).toThrow(RangeError);
  expect(() => write(ggufValue.uint32(-1))).toThrow(RangeError);
  expect(() => write({ type: "int8", value: 1.5 })).toThrow(RangeError);
  expect(() => write({ type: "uint64", value: -1n })).toThrow(RangeError);
});
