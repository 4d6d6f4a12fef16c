import { HerlError } from "../../errors";
import { checkTensors } from "./check_tensors";
import type { LlamaConfig } from "./llama_config";
import { getNumber, getSize, getString, getStrings } from "./metadata";
import { requireTensor } from "./read_gguf";
import type { GgufFile } from "./read_gguf";
import { ggufValue } from "./value";
import type { GgufMetadata, GgufValue } from "./value";

/** What `llama.rope.freq_base` is where a file leaves it out. */
const defaultRopeBase = 10000;

/**
 * The configuration of the model in a file, after every size has been checked against every other and against the
 * tensors. Raises MODEL_ARCHITECTURE for another architecture, MODEL_CONFIG for what is missing, inconsistent or
 * not supported in the metadata, GGUF_TENSOR_MISSING and GGUF_TENSOR_SHAPE where the tensors disagree with them.
 */
export function modelConfig(file: GgufFile): LlamaConfig {
  const { metadata } = file;
  checkArchitecture(getString(metadata, "general.architecture"));
  const size = (key: string) => positive(key, getSize(metadata, key));
  const heads = size("llama.attention.head_count");
  const dim = size("llama.embedding_length");
  const config: LlamaConfig = {
    architecture: "llama",
    layers: size("llama.block_count"),
    dim,
    heads,
    kvHeads: metadata.has("llama.attention.head_count_kv") ? size("llama.attention.head_count_kv") : heads,
    headDim: dim / heads,
    ffnDim: size("llama.feed_forward_length"),
    vocab: requireTensor(file, "token_embd.weight").rows,
    contextLength: size("llama.context_length"),
    ropeBase: positive(
      "llama.rope.freq_base",
      getNumber(metadata, "llama.rope.freq_base") ?? defaultRopeBase,
    ),
    rmsEpsilon: positive(rmsKey, getNumber(metadata, rmsKey)),
    tied: !file.tensors.has("output.weight"),
  };
  checkSizes(config, metadata);
  refuseVariants(metadata);
  checkTensors(file, config);
  return config;
}

const rmsKey = "llama.attention.layer_norm_rms_epsilon";

/** The metadata that `modelConfig` reads back as the same configuration (constants rounded to f32). */
export function configMetadata(config: LlamaConfig): Map<string, GgufValue> {
  const { uint32, float32, string } = ggufValue;
  return new Map([
    ["general.architecture", string(config.architecture)],
    ["llama.block_count", uint32(config.layers)],
    ["llama.context_length", uint32(config.contextLength)],
    ["llama.embedding_length", uint32(config.dim)],
    ["llama.feed_forward_length", uint32(config.ffnDim)],
    ["llama.attention.head_count", uint32(config.heads)],
    ["llama.attention.head_count_kv", uint32(config.kvHeads)],
    [rmsKey, float32(config.rmsEpsilon)],
    ["llama.rope.freq_base", float32(config.ropeBase)],
    ["llama.rope.dimension_count", uint32(config.headDim)],
    ["llama.vocab_size", uint32(config.vocab)],
  ]);
}

function checkArchitecture(architecture: string | undefined): void {
  if (architecture === "llama") return;
  const later = architecture === "qwen2" || architecture === "qwen3";
  const what =
    architecture === undefined ? "no model architecture" : `the model architecture ${architecture}`;
  throw new HerlError(
    "MODEL_ARCHITECTURE",
    `The file states ${what}; ${later ? "it will be supported later, for now " : ""}only llama is supported`,
    "Choose a model of the Llama family, for instance SmolLM2-135M-Instruct.",
  );
}

function checkSizes(config: LlamaConfig, metadata: GgufMetadata): void {
  const { dim, heads, kvHeads, headDim, vocab } = config;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) {
    throw invalid(
      `llama.embedding_length ${dim} is not llama.attention.head_count ${heads} times an even head size`,
    );
  }
  if (heads % kvHeads !== 0) {
    throw invalid(
      `llama.attention.head_count ${heads} is no multiple of llama.attention.head_count_kv ${kvHeads}`,
    );
  }
  for (const key of [
    "llama.attention.key_length",
    "llama.attention.value_length",
    "llama.rope.dimension_count",
  ]) {
    agree(key, getSize(metadata, key), headDim, "the head size");
  }
  agree("llama.vocab_size", getSize(metadata, "llama.vocab_size"), vocab, "the rows of token_embd.weight");
  const tokens = getStrings(metadata, "tokenizer.ggml.tokens");
  agree("The length of tokenizer.ggml.tokens", tokens?.length, vocab, "the rows of token_embd.weight");
}

/** Settings that change the function the model computes, which must not be passed over in silence. */
function refuseVariants(metadata: GgufMetadata): void {
  const scaling = getString(metadata, "llama.rope.scaling.type") ?? "none";
  if (scaling !== "none") throw invalid(`llama.rope.scaling.type is ${scaling}, which is not supported`);
  // llama.cpp takes a factor without a type for linear scaling, and 0 for none.
  for (const key of ["llama.rope.scaling.factor", "llama.rope.scale_linear"]) {
    const factor = getNumber(metadata, key) || 1;
    if (factor !== 1) throw invalid(`${key} is ${factor}; scaled rotary embeddings are not supported`);
  }
  const experts = getSize(metadata, "llama.expert_count") ?? 0;
  if (experts !== 0) throw invalid(`llama.expert_count is ${experts}; mixtures of experts are not supported`);
}

function positive(key: string, value: number | undefined): number {
  if (value === undefined) throw invalid(`The metadata key ${key} is missing`);
  if (!(value > 0 && value < Infinity)) throw invalid(`The metadata key ${key} is ${value}`);
  return value;
}

function agree(key: string, found: number | undefined, expected: number, what: string): void {
  if (found !== undefined && found !== expected) throw invalid(`${key} is ${found}, and ${what} ${expected}`);
}

function invalid(what: string): HerlError {
  return new HerlError("MODEL_CONFIG", what, "Choose another file of this model, or a plain Llama model.");
}
