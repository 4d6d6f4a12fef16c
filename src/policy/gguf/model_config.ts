import { HerlError } from "../../errors";
import { checkTensors } from "./check_tensors";
import { architectures, type Architecture, type LlamaConfig } from "./llama_config";
import { ropeFactors } from "./llama_tensors";
import { getNumber, getSize, getString, getStrings } from "./metadata";
import { requireTensor } from "./read_gguf";
import type { GgufFile } from "./read_gguf";
import { toFloat32 } from "./to_float32";
import { ggufValue } from "./value";
import type { GgufMetadata, GgufValue } from "./value";

/** What `rope.freq_base` is where a file leaves it out. */
const defaultRopeBase = 10000;

/**
 * The configuration of the model in a file, after every size has been checked against every other and against the
 * tensors. Raises MODEL_ARCHITECTURE for another architecture, MODEL_CONFIG for what is missing, inconsistent or
 * not supported in the metadata, GGUF_TENSOR_MISSING and GGUF_TENSOR_SHAPE where the tensors disagree with them.
 */
export function modelConfig(file: GgufFile): LlamaConfig {
  const { metadata } = file;
  const architecture = architectureOf(metadata);
  const keys = keysOf(architecture);
  const size = (key: string) => positive(key, getSize(metadata, key));
  const heads = size(keys.heads);
  const dim = size(keys.dim);
  const headDim = getSize(metadata, keys.headDim) ?? dim / heads;
  const config: LlamaConfig = {
    architecture,
    layers: size(keys.layers),
    ...{ dim, heads, headDim },
    kvHeads: metadata.has(keys.kvHeads) ? size(keys.kvHeads) : heads,
    ffnDim: size(keys.ffnDim),
    vocab: requireTensor(file, "token_embd.weight").rows,
    contextLength: size(keys.contextLength),
    ropeBase: positive(keys.ropeBase, getNumber(metadata, keys.ropeBase) ?? defaultRopeBase),
    rmsEpsilon: positive(keys.rmsEpsilon, getNumber(metadata, keys.rmsEpsilon)),
    tied: !file.tensors.has("output.weight"),
    ...ropeDivisors(file, keys, headDim),
  };
  checkSizes(config, metadata, keys);
  const experts = getSize(metadata, keys.experts) ?? 0;
  if (experts !== 0) throw invalid(`${keys.experts} is ${experts}; mixtures of experts are not supported`);
  checkTensors(file, config);
  return config;
}

/** The metadata keys of an architecture. */
const keysOf = (architecture: Architecture) => ({
  layers: `${architecture}.block_count`,
  contextLength: `${architecture}.context_length`,
  dim: `${architecture}.embedding_length`,
  ffnDim: `${architecture}.feed_forward_length`,
  heads: `${architecture}.attention.head_count`,
  kvHeads: `${architecture}.attention.head_count_kv`,
  headDim: `${architecture}.attention.key_length`,
  valueDim: `${architecture}.attention.value_length`,
  rmsEpsilon: `${architecture}.attention.layer_norm_rms_epsilon`,
  ropeBase: `${architecture}.rope.freq_base`,
  ropeDim: `${architecture}.rope.dimension_count`,
  ropeScaling: `${architecture}.rope.scaling.type`,
  ropeFactor: `${architecture}.rope.scaling.factor`,
  /** The factor of linear scaling in files from before there were types. */
  ropeLinear: `${architecture}.rope.scale_linear`,
  vocab: `${architecture}.vocab_size`,
  experts: `${architecture}.expert_count`,
});

type Keys = ReturnType<typeof keysOf>;

/** The metadata that `modelConfig` reads back as the same configuration (constants rounded to f32). */
export function configMetadata(config: LlamaConfig): Map<string, GgufValue> {
  const { uint32, float32, string } = ggufValue;
  const keys = keysOf(config.architecture);
  const own =
    config.headDim * config.heads === config.dim ? [] : [[keys.headDim, uint32(config.headDim)] as const];
  return new Map([
    ["general.architecture", string(config.architecture)],
    [keys.layers, uint32(config.layers)],
    [keys.contextLength, uint32(config.contextLength)],
    [keys.dim, uint32(config.dim)],
    [keys.ffnDim, uint32(config.ffnDim)],
    [keys.heads, uint32(config.heads)],
    [keys.kvHeads, uint32(config.kvHeads)],
    [keys.rmsEpsilon, float32(config.rmsEpsilon)],
    [keys.ropeBase, float32(config.ropeBase)],
    [keys.ropeDim, uint32(config.headDim)],
    [keys.vocab, uint32(config.vocab)],
    ...own,
  ]);
}

function architectureOf(metadata: GgufMetadata): Architecture {
  const stated = getString(metadata, "general.architecture");
  const known = architectures.find((name) => name === stated);
  if (known) return known;
  const what = stated === undefined ? "no model architecture" : `the model architecture ${stated}`;
  throw new HerlError(
    "MODEL_ARCHITECTURE",
    `The file states ${what}; ${architectures.join(", ")} are supported`,
    "Choose a model of the Llama, Qwen2 or Qwen3 family, for instance SmolLM2-135M-Instruct.",
  );
}

function checkSizes(config: LlamaConfig, metadata: GgufMetadata, keys: Keys): void {
  const { dim, heads, kvHeads, headDim, vocab } = config;
  if (!Number.isInteger(headDim) || headDim <= 0 || headDim % 2 !== 0) {
    throw invalid(
      metadata.has(keys.headDim)
        ? `${keys.headDim} is ${headDim}, and heads have an even size`
        : `${keys.dim} ${dim} is not ${keys.heads} ${heads} times an even head size`,
    );
  }
  if (heads % kvHeads !== 0)
    throw invalid(`${keys.heads} ${heads} is no multiple of ${keys.kvHeads} ${kvHeads}`);
  for (const key of [keys.valueDim, keys.ropeDim])
    agree(key, getSize(metadata, key), headDim, "the head size");
  agree(keys.vocab, getSize(metadata, keys.vocab), vocab, "the rows of token_embd.weight");
  const tokens = getStrings(metadata, "tokenizer.ggml.tokens");
  agree("The length of tokenizer.ggml.tokens", tokens?.length, vocab, "the rows of token_embd.weight");
}

/**
 * What the rotary frequencies are divided by: linear scaling by its factor, scaling as Llama 3.1 has it by a tensor of
 * divisors, which llama.cpp's converter computes. Any other kind changes the function that the model computes in a way that
 * is not known here, and must not be passed over in silence.
 */
function ropeDivisors(file: GgufFile, keys: Keys, headDim: number): Pick<LlamaConfig, "ropeDivisors"> {
  const { metadata, tensors } = file;
  const stated = getString(metadata, keys.ropeScaling);
  // llama.cpp takes a factor without a type for linear scaling, and 0 for none.
  const factor = (getNumber(metadata, keys.ropeFactor) ?? getNumber(metadata, keys.ropeLinear)) || 1;
  const kind = stated ?? (factor === 1 ? "none" : "linear");
  if (kind !== "none" && kind !== "linear")
    throw invalid(
      `${keys.ropeScaling} is ${kind}; of scaled rotary embeddings linear and llama3 are supported`,
    );
  const linear = kind === "linear" ? positive(keys.ropeFactor, factor) : 1;
  const tensor = tensors.get(ropeFactors);
  if (!tensor) return linear === 1 ? {} : { ropeDivisors: new Array<number>(headDim / 2).fill(linear) };
  const divisors = Array.from(
    toFloat32(tensor),
    (divisor) => positive(`${ropeFactors} (a divisor)`, divisor) * linear,
  );
  return { ropeDivisors: divisors };
}

function positive(key: string, value: number | undefined): number {
  if (value === undefined) throw invalid(`The metadata key ${key} is missing`);
  if (!(value > 0 && value < Infinity)) throw invalid(`${key} is ${value}`);
  return value;
}

function agree(key: string, found: number | undefined, expected: number, what: string): void {
  if (found !== undefined && found !== expected) throw invalid(`${key} is ${found}, and ${what} ${expected}`);
}

function invalid(what: string): HerlError {
  return new HerlError(
    "MODEL_CONFIG",
    what,
    "Choose another file of this model, or a plain model of the Llama, Qwen2 or Qwen3 family.",
  );
}
