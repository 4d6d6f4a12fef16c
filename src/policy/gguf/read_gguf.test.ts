import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorCodes } from "../../errors";
import { ByteWriter } from "./byte_writer";
import { readGgufHeader } from "./header";
import { readGguf, requireTensor } from "./read_gguf";
import { errorOf, outcomeOf, tinyModel } from "./testing";
import { ggufValue } from "./value";
import { writeGguf } from "./write_gguf";

const fixture = new Uint8Array(readFileSync(new URL("./fixtures/blocks.gguf", import.meta.url)));

/** A header made by hand: counts, then whatever `rest` writes. */
function header(
  tensors: number,
  entries: number,
  rest: (writer: ByteWriter) => void = () => {},
  version = 3,
) {
  const writer = new ByteWriter();
  writer.number("uint32", 0x46554747);
  writer.number("uint32", version);
  writer.size(tensors);
  writer.size(entries);
  rest(writer);
  return writer.finish();
}

function entry(writer: ByteWriter, key: string, type: number) {
  writer.string(key);
  writer.number("uint32", type);
}

function tensor(
  writer: ByteWriter,
  name: string,
  dims: readonly (number | bigint)[],
  type: number,
  offset: number,
) {
  writer.string(name);
  writer.number("uint32", dims.length);
  for (const size of dims) writer.bigint("uint64", BigInt(size));
  writer.number("uint32", type);
  writer.size(offset);
}

/** A file of one F32 tensor list, followed by `bytes` bytes of data. */
const withTensors = (count: number, rest: (writer: ByteWriter) => void, bytes = 256) =>
  header(count, 0, (writer) => {
    rest(writer);
    writer.pad(32);
    writer.bytes(new Uint8Array(bytes));
  });

describe("a file of llama.cpp's own writer", () => {
  const file = readGguf(fixture);

  test("has its metadata, each with its type", () => {
    expect(file.version).toBe(3);
    expect(Object.fromEntries([...file.metadata].filter(([key]) => key.startsWith("test.")))).toEqual({
      "test.uint8": { type: "uint8", value: 200 },
      "test.int8": { type: "int8", value: -100 },
      "test.uint16": { type: "uint16", value: 60000 },
      "test.int16": { type: "int16", value: -30000 },
      "test.uint32": { type: "uint32", value: 4000000000 },
      "test.int32": { type: "int32", value: -2000000000 },
      "test.uint64": { type: "uint64", value: 9223372036854775809n },
      "test.int64": { type: "int64", value: -4611686018427387905n },
      "test.float32": { type: "float32", value: Math.fround(0.1) },
      "test.float64": { type: "float64", value: 0.1 },
      "test.bool": { type: "bool", value: true },
      "test.string": { type: "string", value: "héllo 世界 🦊" },
      "test.strings": { type: "array", of: "string", values: ["", "a b", "Ġthe"] },
      "test.integers": { type: "array", of: "int32", values: Int32Array.of(1, -2, 3) },
    });
  });

  test("has its tensors, as matrices", () => {
    expect(requireTensor(file, "matrix.Q4_1")).toMatchObject({
      type: "Q4_1",
      dims: [64, 8],
      rows: 8,
      cols: 64,
    });
    expect(requireTensor(file, "matrix.F32").bytes.length).toBe(8 * 64 * 4);
    expect(errorOf(() => requireTensor(file, "output.weight"))).toMatchObject({
      code: "GGUF_TENSOR_MISSING",
      line: expect.stringContaining("output.weight"),
    });
  });

  test("is written again byte for byte", () => {
    expect(writeGguf({ metadata: file.metadata, tensors: file.tensors.values() })).toEqual(fixture);
  });
});

test("version 2 is read like version 3; others are refused by number", () => {
  expect(readGguf(header(0, 0, undefined, 2)).version).toBe(2);
  expect(errorOf(() => readGguf(header(0, 0, undefined, 1)))).toMatchObject({ code: "GGUF_VERSION" });
  expect(errorOf(() => readGguf(header(0, 0, undefined, 0x03000000))).line).toMatch(/big-endian/);
  expect(errorOf(() => readGguf(new TextEncoder().encode("<!doctype html>"))).code).toBe("GGUF_MAGIC");
});

test("the header can be read from the head of a file", () => {
  const { dataOffset } = readGgufHeader(fixture);
  const head = fixture.subarray(0, dataOffset);
  expect(readGgufHeader(head, fixture.length)).toEqual(readGgufHeader(fixture));
  expect(errorOf(() => readGgufHeader(head.subarray(0, 500), fixture.length)).code).toBe("GGUF_TRUNCATED");
});

describe("headers that lie", () => {
  const huge = 2 ** 53 - 1;
  test.each([
    ["tensors", header(huge, 0)],
    ["metadata entries", header(0, huge)],
    ["a string", header(0, 1, (w) => w.size(huge))],
    [
      "array elements",
      header(0, 1, (w) => {
        entry(w, "k", 9);
        w.number("uint32", 0);
        w.size(10 ** 9);
      }),
    ],
    [
      "array of arrays",
      header(0, 1, (w) => {
        entry(w, "k", 9);
        w.number("uint32", 9);
        w.bigint("uint64", 2n ** 64n - 1n);
      }),
    ],
    ["tensor data", withTensors(1, (w) => tensor(w, "t", [65], 0, 0))],
    ["tensor offset", withTensors(1, (w) => tensor(w, "t", [1], 0, 2 ** 50))],
  ])("%s beyond the end of the file", (_, bytes) => {
    expect(errorOf(() => readGguf(bytes)).code).toBe("GGUF_TRUNCATED");
  });

  test.each([
    ["an unknown value type", header(0, 1, (w) => entry(w, "k", 13)), /k has type 13/],
    [
      "a bool of 2",
      header(0, 1, (w) => {
        entry(w, "k", 7);
        w.number("uint8", 2);
      }),
      /bool of 2/,
    ],
    [
      "a key twice",
      header(0, 2, (w) => {
        for (const value of [1, 2]) {
          entry(w, "twice", 0);
          w.number("uint8", value);
        }
      }),
      /twice/,
    ],
    [
      "a key that is not UTF-8",
      header(0, 1, (w) => {
        w.size(1);
        w.bytes(Uint8Array.of(0xff));
        w.number("uint32", 0);
        w.number("uint8", 0);
      }),
      /UTF-8/,
    ],
    [
      "arrays nested without end",
      header(0, 1, (w) => {
        entry(w, "k", 9);
        for (let i = 0; i < 1000; i++) {
          w.number("uint32", 9);
          w.size(1);
        }
      }),
      /deep/,
    ],
    [
      "an alignment of 48",
      writeGguf({ metadata: new Map([["general.alignment", ggufValue.uint32(64)]]), tensors: [] }).map(
        (byte) => (byte === 64 ? 48 : byte),
      ),
      /power of two/,
    ],
    ["a misaligned tensor", withTensors(1, (w) => tensor(w, "t", [1], 0, 4)), /multiple of 32/],
    [
      "overlapping tensors",
      withTensors(2, (w) => {
        tensor(w, "a", [9], 0, 0);
        tensor(w, "b", [1], 0, 32);
      }),
      /a and b overlap/,
    ],
    [
      "a name twice",
      withTensors(2, (w) => {
        tensor(w, "a", [1], 0, 0);
        tensor(w, "a", [1], 0, 32);
      }),
      /named a/,
    ],
  ])("%s", (_, bytes, message) => {
    const error = errorOf(() => readGguf(bytes));
    expect(error.code).toBe("GGUF_HEADER");
    expect(error.line).toMatch(message);
  });

  test.each([
    ["no dimensions", []],
    ["five dimensions", [1, 1, 1, 1, 1]],
    ["an empty dimension", [32, 0]],
    ["a product beyond 2^53", [2n ** 32n, 2n ** 32n]],
    ["a product that wraps to something small", [2n ** 33n, 2n ** 32n, 2]],
    ["more bytes than 2^53", [2n ** 52n]],
    ["a dimension of 2^64 − 1", [2n ** 64n - 1n]],
  ])("a tensor with %s", (_, dims) => {
    expect(errorOf(() => readGguf(withTensors(1, (w) => tensor(w, "t", dims, 0, 0)))).code).toBe(
      "GGUF_TENSOR_SHAPE",
    );
  });

  test("a row that is no whole number of blocks", () => {
    const error = errorOf(() => readGguf(withTensors(1, (w) => tensor(w, "t", [33, 2], 8, 0))));
    expect(error).toMatchObject({
      code: "GGUF_TENSOR_SHAPE",
      line: expect.stringContaining("multiples of 32"),
    });
  });

  test.each([
    [4, /Q4_2, a type that GGML has removed/],
    [999, /type 999/],
  ])("tensor type %i", (type, message) => {
    const error = errorOf(() => readGguf(withTensors(1, (w) => tensor(w, "t", [32], type, 0))));
    expect(error.code).toBe("GGUF_TENSOR_TYPE");
    expect(error.line).toMatch(message);
  });
});

describe("damaged files", () => {
  const { metadata, tensors } = tinyModel();
  metadata.set("tokenizer.ggml.tokens", ggufValue.strings(["a", "世界", ""]));
  metadata.set("nested", {
    type: "array",
    of: "array",
    values: [{ type: "array", of: "bool", values: [true, false] }],
  });
  const whole = writeGguf({ metadata, tensors: tensors.values() });
  const { dataOffset } = readGgufHeader(whole);

  test("cut anywhere in the header, or in the data: GGUF_TRUNCATED", () => {
    const cuts = Array.from({ length: dataOffset }, (_, cut) => cut);
    for (let cut = dataOffset; cut < whole.length - 32; cut += 997) cuts.push(cut);
    for (const cut of cuts) {
      const { code } = errorOf(() => readGguf(whole.slice(0, cut)));
      if (code !== "GGUF_TRUNCATED") expect.fail(`cut at ${cut}: ${code}`);
    }
  });

  test("with flipped bytes in the header: read, or refused with one of our errors", () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(dataOffset - 1), fc.integer({ min: 1, max: 255 })), {
          minLength: 1,
          maxLength: 3,
        }),
        (flips) => {
          const damaged = whole.slice();
          for (const [at, mask] of flips) damaged[at] ^= mask;
          outcomes.add(outcomeOf(() => readGguf(damaged)));
        },
      ),
      { numRuns: 3000, seed: 11 },
    );
    expect(outcomes).toContain("done");
    expect(outcomes).toContain("GGUF_HEADER");
    expect(outcomes).toContain("GGUF_TRUNCATED");
    expect(outcomes).toContain("GGUF_TENSOR_SHAPE");
  });

  test("random bytes after a good start", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(3), (noise, count) => {
        const bytes = header(count, count, (writer) => writer.bytes(noise));
        expect(["done", ...errorCodes]).toContain(outcomeOf(() => readGguf(bytes)));
      }),
      { numRuns: 2000, seed: 12 },
    );
  });
});
