import { describe, expect, test } from "vitest";
import { CpuBackend } from "../compute/cpu";
import type { Numbers } from "../compute/backend";
import { RandomStream } from "../kernels/random/random";
import { pocketChatTemplate } from "./chat_templates";
import type { LlamaConfig } from "./gguf/llama_config";
import { encodeTensor, type WritableType } from "./gguf/quantize";
import { readGguf, requireTensor } from "./gguf/read_gguf";
import { readGgufHeader } from "./gguf/header";
import { errorOf, outcomeOf } from "./gguf/testing";
import { toFloat32 } from "./gguf/to_float32";
import { ggufValue, type GgufValue } from "./gguf/value";
import { hostFloats } from "./llama/build";
import { tensorNames, type HostWeight, type HostWeights } from "./llama/weights";
import { LlamaPolicy } from "./llama_policy";
import { readModel, writeModel } from "./model_file";
import { fixture, tokenizerMetadata } from "./tokenizer/testing";

const vocab = 464;

const config: LlamaConfig = {
  ...{ architecture: "llama", layers: 2, dim: 32, heads: 2, kvHeads: 1, headDim: 16, ffnDim: 64, vocab },
  ...{ contextLength: 128, ropeBase: 10000, rmsEpsilon: Math.fround(1e-5), tied: true },
};

/** The recorded vocabulary, filled up with unused tokens to `size`. */
function metadataOf(size: number): Map<string, GgufValue> {
  const { tokens, control, verbatim } = fixture;
  const filler = Array.from({ length: size - tokens.length }, (_, i) => `<unused${i}>`);
  const typeOf = (token: string) => (control.includes(token) ? 3 : verbatim.includes(token) ? 4 : 1);
  return new Map([
    ...tokenizerMetadata(),
    ["tokenizer.ggml.tokens", ggufValue.strings([...tokens, ...filler])],
    ["tokenizer.ggml.token_type", ggufValue.int32s([...tokens.map(typeOf), ...filler.map(() => 5)])],
    ["tokenizer.chat_template", ggufValue.string(pocketChatTemplate)],
    ["general.name", ggufValue.string("tiny")],
  ]);
}

/** Random weights by their Hugging Face names. */
const randomWeights = (of: LlamaConfig): Map<string, Numbers> =>
  new Map(
    [...tensorNames(of)].map(({ hf, shape: [rows, cols] }): [string, Numbers] => {
      const stream = RandomStream.of(1, "model file", hf);
      return [hf, Float32Array.from({ length: rows * cols }, () => stream.normal() / Math.sqrt(cols))];
    }),
  );

/** What a matrix of that type can hold of `floats`. */
const rounded = (type: WritableType, [rows, cols]: readonly [number, number], floats: Numbers): Numbers =>
  toFloat32(encodeTensor("t", type, [cols, rows], floats));

const written = (of: LlamaConfig, type: WritableType) =>
  writeModel(of, randomWeights(of), metadataOf(of.vocab), type);

describe("a model written and read again", () => {
  const cases = (["F32", "F16", "Q8_0", "Q4_0"] as const).flatMap((type) =>
    [true, false].map((tied) => ({ type, tied, name: `${type}, ${tied ? "tied" : "untied"}` })),
  );

  test.each(cases)(
    "$name: every weight is what its type can hold, the gains of norms are exact",
    ({ type, tied }) => {
      const of = { ...config, tied };
      const model = readModel(written(of, type));
      const weights = randomWeights(of);
      expect(model.config).toEqual(of);
      expect([...model.weights.keys()].sort()).toEqual([...weights.keys()].sort());
      expect(model.weights.has("lm_head.weight")).toBe(!tied);
      for (const { hf, shape } of tensorNames(of)) {
        const read = model.weights.get(hf)!;
        expect([read.rows, read.cols]).toEqual(shape);
        const isNorm = shape[0] === 1;
        expect("bits" in read).toBe(!isNorm && type.startsWith("Q"));
        // The order of the rows of q and k is undone exactly: compared with the weights as they were given.
        expect(hostFloats(read), hf).toEqual(rounded(isNorm ? "F32" : type, shape, weights.get(hf)!));
      }
    },
  );

  test("brings its tokenizer, chat template, metadata and digest along", () => {
    const bytes = written(config, "Q8_0");
    const model = readModel(bytes);
    expect(model.tokenizer.vocabSize).toBe(vocab);
    expect(model.chatTemplate).toBe(pocketChatTemplate);
    expect(model.metadata.get("general.name")).toEqual(ggufValue.string("tiny"));
    expect(model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(readModel(bytes.slice()).sha256).toBe(model.sha256);
    bytes[bytes.length - 1] ^= 1;
    expect(readModel(bytes).sha256).not.toBe(model.sha256);
  });

  test("written again it is the same file, to the last byte", () => {
    for (const type of ["F32", "F16", "Q8_0"] as const) {
      const bytes = written(config, type);
      const { weights } = readModel(bytes);
      const floats = new Map([...weights.keys()].map((name) => [name, hostFloats(weights.get(name)!)]));
      expect(writeModel(config, floats, metadataOf(vocab), type)).toEqual(bytes);
    }
  });

  test("read from a source, a weight is read when it is asked for, and the rest stays where it is", () => {
    const bytes = written(config, "Q8_0");
    const reads: [number, number][] = [];
    const source = {
      size: bytes.length,
      read(offset: number, length: number) {
        reads.push([offset, length]);
        return bytes.slice(offset, offset + length);
      },
    };
    const known = readModel(source, "0".repeat(64));
    expect([known.sha256, reads.length]).toEqual(["0".repeat(64), 1]);
    const whole = readModel(bytes);
    expect(readModel(source).sha256).toBe(whole.sha256);
    reads.length = 0;
    const name = "model.layers.1.self_attn.k_proj.weight";
    expect(known.weights.get(name)).toEqual(whole.weights.get(name));
    const { bytes: own } = requireTensor(readGguf(bytes), "blk.1.attn_k.weight");
    expect(reads).toEqual([[own.byteOffset - bytes.byteOffset, own.length]]);
    expect(known.weights.get("no.such")).toBeUndefined();
  });

  test("computes the same as from the weights it was made of", async () => {
    const backend = await CpuBackend.create();
    const given = new Map(
      [...tensorNames(config)].map(({ hf, shape: [rows, cols] }): [string, HostWeight] => [
        hf,
        { rows, cols, floats: randomWeights(config).get(hf)! },
      ]),
    );
    const scores = (weights: HostWeights) =>
      new LlamaPolicy(backend, config, weights, { training: { mode: "full" }, endIds: new Set([1]) }).score([
        { prompt: [3, 1, 4], branches: [[1, 5, 9, 2]] },
      ]);
    expect(await scores(readModel(written(config, "F32")).weights)).toEqual(await scores(given));
  });
});

test("the file holds the rows of q and k as llama.cpp expects them: row 2i + j is row j · headDim / 2 + i of its head", () => {
  const weights = randomWeights(config);
  const name = "model.layers.1.self_attn.q_proj.weight";
  const { dim, headDim } = config;
  // Each row full of its own number.
  weights.set(
    name,
    Float32Array.from({ length: dim * dim }, (_, i) => Math.floor(i / dim)),
  );
  const { tensors } = readGguf(writeModel(config, weights, metadataOf(vocab), "F32"));
  const floats = toFloat32(tensors.get("blk.1.attn_q.weight")!);
  const rows = Array.from({ length: dim }, (_, row) => floats[row * dim]);
  const expected = [0, 1].flatMap((head) =>
    Array.from({ length: headDim }, (_, r) => head * headDim + (r % 2) * (headDim / 2) + Math.floor(r / 2)),
  );
  expect(rows).toEqual(expected);
  // v and o are left as they are.
  expect(toFloat32(tensors.get("blk.1.attn_v.weight")!)).toEqual(
    weights.get("model.layers.1.self_attn.v_proj.weight"),
  );
});

describe("sizes that the kernels cannot do are refused by name, before any weight is read", () => {
  test.each([
    ["embedding length, 34,", { dim: 34, heads: 1, kvHeads: 1, headDim: 34 }],
    ["feed-forward length, 66,", { ffnDim: 66 }],
    ["head size, 12,", { dim: 24, heads: 2, kvHeads: 2, headDim: 12 }],
    ["vocabulary, 460,", { vocab: 460 }],
  ])("%s", (what, sizes) => {
    const { code, line } = errorOf(() => readModel(written({ ...config, ...sizes }, "F32")));
    expect(code).toBe("MODEL_CONFIG");
    expect(line).toContain(what);
  });

  test("grouped heads, one head, and the smallest sizes are fine", () => {
    for (const sizes of [
      { heads: 4, kvHeads: 2, headDim: 8 },
      { heads: 1, kvHeads: 1, headDim: 32 },
      { dim: 8, heads: 1, kvHeads: 1, headDim: 8, ffnDim: 4, layers: 1 },
    ])
      expect(readModel(written({ ...config, ...sizes }, "F32")).config).toMatchObject(sizes);
  });
});

describe("a file without what a chat model needs", () => {
  test.each([
    ["tokenizer.chat_template", "CHAT_TEMPLATE"],
    ["tokenizer.ggml.model", "TOKENIZER_UNSUPPORTED"],
    ["tokenizer.ggml.eos_token_id", "TOKENIZER_NO_END"],
  ])("%s: %s", (key, code) => {
    const metadata = metadataOf(vocab);
    metadata.delete(key);
    const bytes = writeModel(config, randomWeights(config), metadata, "F32");
    expect(errorOf(() => readModel(bytes)).code).toBe(code);
  });
});

test("a thousand damaged files: each is read to its last weight, or refused with an error of ours, and at once", () => {
  const whole = written(config, "Q8_0");
  const random = RandomStream.of(1, "damaged files");
  const anywhere = (limit: number) => Math.floor(random.unit() * limit);
  // Most bytes are weights, where anything goes: half of the damage is done to what stands before them.
  const head = readGgufHeader(whole).dataOffset;
  const place = () => anywhere(random.unit() < 0.5 ? head : whole.length);
  const damages: readonly ((bytes: Uint8Array) => Uint8Array)[] = [
    (bytes) => {
      for (let i = 0; i < 1 + anywhere(4); i++) bytes[place()] ^= 1 << anywhere(8);
      return bytes;
    },
    (bytes) => bytes.subarray(0, place()),
    // A count or a length that lies: a large number where it may be one.
    (bytes) => {
      new DataView(bytes.buffer).setUint32(anywhere(head - 4), random.word(), true);
      return bytes;
    },
  ];
  const outcomes = new Map<string, number>();
  let slowest = 0;
  for (let i = 0; i < 1000; i++) {
    const damaged = damages[i % damages.length](whole.slice());
    const started = performance.now();
    const outcome = outcomeOf(() => {
      const { weights } = readModel(damaged, "0");
      for (const name of weights.keys()) weights.get(name);
    });
    slowest = Math.max(slowest, performance.now() - started);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  for (const kind of ["done", "GGUF_TRUNCATED", "GGUF_HEADER"])
    expect(outcomes.get(kind)).toBeGreaterThan(20);
  // A limit for what hangs, not a measurement.
  expect(slowest).toBeLessThan(10_000);
});
