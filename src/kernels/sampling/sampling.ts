import type { Tensor } from "../tensor";

/**
 * One token a row from softmax(logits), by inverting the cumulative distribution at a random number that depends on
 * nothing but the row's key and counter: the same draw whatever else is in the batch.
 */
export interface SamplingOptions<T extends Tensor = Tensor> {
  /** [M, V], already divided by the temperature; overwritten. */
  readonly logits: T;
  /** [M, 4], u32: two words of key, the counter (the token's position in its response), unused. */
  readonly draws: T;
  /** Take the largest logit, the first of equals, instead of drawing. */
  readonly greedy: boolean;
  /** [M, 1], u32. */
  readonly ids: T;
  /** [M, 1] each: ln p of the token, and the entropy of the distribution, in nats. */
  readonly logprobs: T;
  readonly entropies: T;
}
