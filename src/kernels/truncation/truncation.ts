import type { Tensor } from "../tensor";

/**
 * Leaves of each row's distribution its likely part: all other logits become `impossible`. Each rule works on what the one
 * before it left, in the order of Hugging Face's transformers, whose temperature comes first too:
 *
 * - top-k: the k largest logits, and all that equal the last of them;
 * - top-p (nucleus sampling, Holtzman et al. 2020): the largest ones whose probabilities together reach p;
 * - min-p (Nguyen et al. 2024): those at least min-p times as probable as the most probable one.
 */
export interface TruncationOptions<T extends Tensor = Tensor> {
  /** [M, V], already divided by the temperature; overwritten. */
  readonly logits: T;
  /** 0: no limit. */
  readonly topK: number;
  /** In (0, 1]; 1: no limit. */
  readonly topP: number;
  /** In [0, 1); 0: no limit. */
  readonly minP: number;
}

/** Far below any logit, and finite: its exponential is 0. */
export const impossible = -1e30;
