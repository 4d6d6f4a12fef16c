import type { BackendName } from "../compute/backend";
import { batchShapes, floatWeightBytes, type BatchShape } from "../compute/batch_shape";
import { logitsChunk } from "../kernels/lm_head/lm_head";
import { blockFormats } from "./gguf/block_formats";
import { hasHeadNorms, type LlamaConfig } from "./gguf/llama_config";
import type { TensorInfo } from "./gguf/tensor_info";
import { weightCount } from "./llama/build";
import { loraShapes, type LoraConfig } from "./lora";

/** What a run does with a model, as far as memory is concerned. */
export interface PlannedRun {
  readonly backend: BackendName;
  readonly training: { readonly mode: "full" } | ({ readonly mode: "lora" } & LoraConfig);
  /** Whether activations are computed again on the way back. */
  readonly recompute: boolean;
  /** Responses that are sampled together, and the tokens of one prompt and of one response. */
  readonly sequences: number;
  readonly prompts: number;
  readonly promptTokens: number;
  readonly responseTokens: number;
  readonly batchShape?: BatchShape;
}

/** Bytes on the device. */
export interface MemoryEstimate {
  readonly weights: number;
  /** Keys and values while responses are sampled. */
  readonly cache: number;
  /** What is trained, with its gradient, AdamW's moments, and the copy that a KL term is taken to. */
  readonly parameters: number;
  /** Of a training batch: activations, and what the head holds. */
  readonly activations: number;
  readonly total: number;
}

type StoredTensor = Pick<TensorInfo, "type" | "rows" | "cols">;

/**
 * What a run on a model will need, from the header of its file alone. It counts what is allocated (a test holds it against
 * a run), not what a browser adds of its own.
 */
export function estimateMemory(
  config: LlamaConfig,
  tensors: Iterable<StoredTensor>,
  run: PlannedRun,
): MemoryEstimate {
  const weights = weightBytes(config, [...tensors], run);
  const cache = cacheBytes(config, run);
  const parameters = parameterBytes(config, run);
  const activations = activationBytes(config, run);
  return { weights, cache, parameters, activations, total: weights + cache + parameters + activations };
}

function weightBytes(config: LlamaConfig, tensors: readonly StoredTensor[], run: PlannedRun): number {
  const floats = 4 * weightCount(config);
  // Trained weights are parameters.
  if (run.training.mode === "full") return 0;
  // As floats, with a copy into which adapters are merged for sampling.
  if (floats <= floatWeightBytes[run.backend]) return 2 * floats;
  return tensors.reduce((sum, { type, rows, cols }) => sum + rows * cols * layoutBytes(type), 0);
}

/** Bytes of an element in the one layout. */
function layoutBytes(type: TensorInfo["type"]): number {
  if (type === "Q8_0") return 1 + 4 / 32;
  if (type === "Q4_0") return 0.5 + 4 / 32;
  if (type === "Q4_1") return 0.5 + 8 / 32;
  if (!(type in blockFormats)) return 4;
  const { bits, group, hasOffsets } = blockFormats[type as keyof typeof blockFormats];
  return bits / 8 + (hasOffsets ? 8 : 4) / group;
}

function cacheBytes(
  { layers, kvHeads, headDim }: LlamaConfig,
  {
    sequences,
    prompts,
    promptTokens,
    responseTokens,
    backend,
    batchShape = batchShapes[backend],
  }: PlannedRun,
): number {
  const together = Math.min(sequences, batchShape.maxSequences);
  const held = Math.min(prompts, together);
  return slack * (held * promptTokens + together * responseTokens) * layers * 2 * kvHeads * headDim * 4;
}

function parameterBytes(config: LlamaConfig, { training }: PlannedRun): number {
  const count =
    training.mode === "full"
      ? weightCount(config)
      : loraShapes(config, training).reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  return 4 * count * (4 + 2);
}

/** A tensor of the workspace has a quarter more than it was asked for. */
const slack = 1.25;

function activationBytes(config: LlamaConfig, run: PlannedRun): number {
  const { backend, training, recompute, batchShape = batchShapes[backend] } = run;
  const { dim, heads, kvHeads, headDim, ffnDim, vocab, layers } = config;
  const [queryDim, keyDim] = [heads * headDim, kvHeads * headDim];
  const rank = training.mode === "lora" ? training.rank * training.targets.length : 0;
  const raw = hasHeadNorms(config) ? queryDim + keyDim : 0;
  const layer = 3 * dim + 2 * queryDim + 2 * keyDim + heads + 3 * ffnDim + raw + rank;
  const backward = 3 * ffnDim + 2 * queryDim + 2 * keyDim + 2 * dim + raw + rank;
  // A group, which shares its prompt, is never cut.
  const group = run.promptTokens + (run.sequences / run.prompts) * run.responseTokens;
  const rows = Math.max(batchShape.maxRows, group);
  const perRow = (recompute ? 1 : layers) * layer + (layers + 1) * dim + backward + 5 * dim;
  const chunk = logitsChunk(vocab, backend);
  const logits = chunk.rows * chunk.vocab;
  const decoding = Math.min(run.sequences, batchShape.maxSequences) * vocab;
  return 4 * slack * (rows * perRow + decoding) + 4 * logits;
}
