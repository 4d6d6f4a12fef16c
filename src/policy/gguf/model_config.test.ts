import { describe, expect, test } from "vitest";
import type { LlamaConfig } from "./llama_config";
import { modelConfig } from "./model_config";
import { encodeTensor } from "./quantize";
import { readGguf } from "./read_gguf";
import type { GgufTensor } from "./read_gguf";
import { errorOf, tinyConfig, tinyModel } from "./testing";
import { ggufValue } from "./value";
import type { GgufValue } from "./value";
import { writeGguf } from "./write_gguf";

const { uint32, float32, string, strings, int32s } = ggufValue;

test.each<[string, LlamaConfig]>([
  ["tied", tinyConfig],
  ["untied", { ...tinyConfig, tied: false }],
  ["qwen2", { ...tinyConfig, architecture: "qwen2" }],
  ["qwen3, with a head size of its own", { ...tinyConfig, architecture: "qwen3", headDim: 24 }],
  ["without grouped queries", { ...tinyConfig, kvHeads: 4, ropeBase: 100000 }],
])("a configuration survives writing and reading: %s", (_, config) => {
  const { metadata, tensors } = tinyModel(config);
  expect(modelConfig(readGguf(writeGguf({ metadata, tensors: tensors.values() })))).toEqual(config);
});

/** The error of a tiny model after a change of its metadata (null deletes) and its tensors. */
function broken(
  keys: Record<string, GgufValue | null>,
  change: (tensors: Map<string, GgufTensor>) => void = () => {},
) {
  const { metadata, tensors } = tinyModel();
  for (const [key, value] of Object.entries(keys)) {
    if (value) metadata.set(key, value);
    else metadata.delete(key);
  }
  change(tensors);
  return errorOf(() => modelConfig({ version: 3, metadata, tensors }));
}

describe("architectures", () => {
  test("one that lacks what its architecture has is incomplete", () => {
    const { metadata, tensors } = tinyModel({ ...tinyConfig, architecture: "qwen2" });
    tensors.delete("blk.1.attn_k.bias");
    expect(errorOf(() => modelConfig({ version: 3, metadata, tensors }))).toMatchObject({
      code: "GGUF_TENSOR_MISSING",
      line: expect.stringContaining("blk.1.attn_k.bias"),
    });
  });

  test("another is refused by name, and none too", () => {
    expect(broken({ "general.architecture": string("mamba") })).toMatchObject({
      code: "MODEL_ARCHITECTURE",
      line: expect.stringContaining("mamba"),
    });
    expect(broken({ "general.architecture": null }).code).toBe("MODEL_ARCHITECTURE");
  });
});

describe("metadata that cannot be right are refused, naming the key", () => {
  test.each<[string, GgufValue | null]>([
    ["llama.block_count", null],
    ["llama.context_length", uint32(0)],
    ["llama.attention.head_count", uint32(3)],
    ["llama.attention.head_count", uint32(64)],
    ["llama.attention.head_count_kv", uint32(3)],
    ["llama.attention.key_length", uint32(15)],
    ["llama.attention.value_length", uint32(8)],
    ["llama.rope.dimension_count", uint32(8)],
    ["llama.rope.scaling.type", string("yarn")],
    ["llama.rope.scaling.factor", float32(-2)],
    ["llama.rope.freq_base", float32(-1)],
    ["llama.attention.layer_norm_rms_epsilon", null],
    ["llama.attention.layer_norm_rms_epsilon", float32(NaN)],
    ["llama.vocab_size", uint32(41)],
    ["tokenizer.ggml.tokens", strings(["a"])],
    ["llama.expert_count", uint32(8)],
  ])("%s %j", (key, value) => {
    const error = broken({ [key]: value });
    expect(error.code).toBe("MODEL_CONFIG");
    expect(error.line).toContain(key);
  });

  test.each<[string, GgufValue]>([
    ["llama.block_count", string("two")],
    ["llama.attention.head_count_kv", int32s([2, 2])],
    ["llama.embedding_length", float32(64.5)],
    ["llama.rope.freq_base", { type: "bool", value: true }],
    ["general.architecture", uint32(1)],
  ])("%s of another type", (key, value) => {
    expect(broken({ [key]: value })).toMatchObject({
      code: "GGUF_HEADER",
      line: expect.stringContaining(key),
    });
  });

  test("integer types of any width will do, and harmless settings pass", () => {
    const { metadata, tensors } = tinyModel();
    metadata.set("llama.block_count", { type: "uint64", value: 2n });
    metadata.set("llama.rope.scaling.type", string("none"));
    metadata.set("llama.rope.scaling.factor", float32(0));
    metadata.delete("llama.rope.freq_base");
    expect(modelConfig({ version: 3, metadata, tensors })).toEqual(tinyConfig);
  });
});

describe("scaled rotary embeddings", () => {
  const divisorsOf = (keys: Record<string, GgufValue>, divisors?: number[]) => {
    const { metadata, tensors } = tinyModel();
    for (const [key, value] of Object.entries(keys)) metadata.set(key, value);
    const name = "rope_freqs.weight";
    if (divisors)
      tensors.set(name, encodeTensor(name, "F32", [divisors.length], Float32Array.from(divisors)));
    return modelConfig({ version: 3, metadata, tensors }).ropeDivisors;
  };
  const linear = string("linear");

  test("linear ones divide every frequency, with or without their type's name", () => {
    const fours = new Array<number>(8).fill(4);
    expect(divisorsOf({ "llama.rope.scaling.factor": float32(4) })).toEqual(fours);
    expect(divisorsOf({ "llama.rope.scale_linear": float32(4) })).toEqual(fours);
    expect(
      divisorsOf({ "llama.rope.scaling.type": linear, "llama.rope.scaling.factor": float32(4) }),
    ).toEqual(fours);
    expect(divisorsOf({ "llama.rope.scaling.type": linear })).toBeUndefined();
  });

  test("a file's own divisors are taken, one for each frequency", () => {
    const own = [1, 1, 1, 2.5, 8, 8, 8, 8];
    expect(divisorsOf({}, own)).toEqual(own);
    expect(() => divisorsOf({}, own.slice(1))).toThrow(/rope_freqs.weight is 1 × 7/);
    expect(() => divisorsOf({}, [...own.slice(1), 0])).toThrow(/rope_freqs.weight .*is 0/);
  });
});

describe("tensors that disagree with the metadata", () => {
  const matrix = (name: string, rows: number, cols: number) =>
    encodeTensor(name, "F32", [cols, rows], new Float32Array(rows * cols));

  test("one is missing", () => {
    const error = broken({}, (tensors) => tensors.delete("blk.1.ffn_up.weight"));
    expect(error.code).toBe("GGUF_TENSOR_MISSING");
    expect(error.line).toContain("blk.1.ffn_up.weight");
    expect(broken({ "llama.block_count": uint32(3) }).line).toContain("blk.2.");
  });

  test("one has another shape", () => {
    const name = "blk.0.attn_k.weight";
    const error = broken({}, (tensors) => tensors.set(name, matrix(name, 64, 64)));
    expect(error.code).toBe("GGUF_TENSOR_SHAPE");
    expect(error.line).toContain(`${name} is 64 × 64, and the metadata make it 32 × 64`);
  });

  test.each(["blk.0.attn_q.bias", "blk.2.attn_q.weight", "blk.0.attn_q_norm.weight"])(
    "%s is one too many",
    (name) => {
      const error = broken({}, (tensors) => tensors.set(name, matrix(name, 1, 64)));
      expect(error.code).toBe("MODEL_CONFIG");
      expect(error.line).toContain(name);
    },
  );
});
