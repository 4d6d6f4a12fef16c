import type { Tensor, Weight } from "../tensor";

/**
 * The fused LM-head loss, first call: from the hidden rows that predict response tokens to what a loss needs,
 * chunk by chunk, without ever holding tokens × vocabulary.
 *
 *   z = hidden · Wᵀ / temperature,  logprob = z_y − ln Σ_v e^(z_v),  entropy = −Σ_v p_v ln p_v
 */
export interface LmHeadOptions<T extends Tensor = Tensor> {
  /** [R, D], one row per predicted token. */
  readonly hidden: T;
  /** [V, D], V a multiple of 8. */
  readonly weight: Weight<T>;
  /** [R, 1], u32: the tokens y that were sampled. */
  readonly targets: T;
  readonly temperature: number;
  /** The logits held at a time; see `logitsChunk`. */
  readonly chunk: LogitsChunk;
  /** [R, 1] each, in nats. */
  readonly logprobs: T;
  readonly entropies: T;
  readonly logSumExp: T;
  /** [R, 1]: Σ p_v over v ≠ y, exact where 1 − p_y would cancel; for the second call. */
  readonly unsampledMass: T;
}

/**
 * Second call, with the coefficients c = ∂J/∂ln p_y that depend on the log-probabilities of the first one. For the
 * loss L = −Σ c ln p_y the gradient that each logit receives is equation (2) of the paper with A = c:
 *
 *   ∂L/∂z_v = −c (1 − p_y) for v = y,   c · p_v otherwise.
 */
export interface LmHeadBackwardOptions<T extends Tensor = Tensor> extends Omit<
  LmHeadOptions<T>,
  "logprobs" | "entropies"
> {
  /** [R, 1] */
  readonly coefficients: T;
  /** [R, D], overwritten with ∂L/∂hidden. */
  readonly gradHidden: T;
  /** [V, D], added to; null when the head is not trained. */
  readonly gradWeight: T | null;
  /** [R, 4]: see `GradientStatistics`. */
  readonly statistics: T;
}

/**
 * What the gradient statistics of one token rest on (method.md, "Gradient analysis"); with c they give every flow.
 * Sums run over the unsampled tokens v ≠ y.
 */
export interface GradientStatistics {
  /** Σ p_v = 1 − p_y: the sampled logit gets c times this, the unsampled ones together −c times this. */
  readonly unsampledMass: number;
  /** Σ p_v²: the unsampled part has the L2 norm |c| · √ of this. */
  readonly unsampledSquares: number;
  /** Σ p_v ln p_v, from which the effective count of unsampled tokens follows. */
  readonly unsampledLogs: number;
  /** p_y */
  readonly sampledProbability: number;
}

/** A piece of tokens × vocabulary: rows, and how many tokens of the vocabulary. Multiples of 64, or all there are. */
export interface LogitsChunk {
  readonly rows: number;
  readonly vocab: number;
}

/** Numbers of logits that a chunk of whole rows may hold: 512 KiB keep a cpu's cache warm, 16 MiB keep a GPU busy. */
const rowElements = { cpu: 1 << 17, webgpu: 1 << 22 } as const;

/**
 * Where whole rows of a vocabulary are too long. On the cpu 1 MiB, whose columns are one panel of the product that
 * follows (its sums then have the order that they have for whole rows); 4 MiB keep a GPU's threads busy, and are an
 * eighth of the logits of 512 tokens at the smallest vocabulary that comes here.
 */
const blocks = { cpu: { rows: 512, vocab: 512 }, webgpu: { rows: 512, vocab: 2048 } } as const;

/** Rows that make whole rows worth it: a quantized weight is unpacked once a chunk, for all of its rows. */
const leastRows = 256;

/**
 * The logits to hold at a time, whatever the number of tokens (so that what a token gets does not depend on those
 * beside it): whole rows where enough of them fit, blocks of the vocabulary for some hundred rows where not.
 */
export function logitsChunk(vocab: number, backend: "cpu" | "webgpu"): LogitsChunk {
  const rows = Math.floor(rowElements[backend] / vocab / 64) * 64;
  return rows >= leastRows ? { rows, vocab } : blocks[backend];
}
