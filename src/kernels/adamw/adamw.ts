import type { Tensor } from "../tensor";

/** Constants of one step of AdamW (Loshchilov and Hutter 2019); names and defaults as in PyTorch. */
export interface AdamwStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** 1 − β1^t and 1 − β2^t at step t ≥ 1. */
  readonly correction1: number;
  readonly correction2: number;
  /** Every gradient is multiplied by this first: gradient-norm clipping. */
  readonly gradientScale: number;
}

/**
 * With g = gradientScale · gradient:
 *
 *   θ ← θ (1 − lr · λ),   m ← β1 m + (1 − β1) g,   v ← β2 v + (1 − β2) g²,
 *   θ ← θ − lr / correction1 · m / (√(v / correction2) + ε)
 */
export interface AdamwOptions<T extends Tensor = Tensor> extends AdamwStep {
  /** All of one shape; the number of elements is a multiple of 4. */
  readonly parameters: T;
  readonly gradients: T;
  readonly firstMoments: T;
  readonly secondMoments: T;
}

/** parts[i] = Σ x[j]² over j ≡ i (mod parts): the host adds up the parts, in double precision. */
export interface SquaresOptions<T extends Tensor = Tensor> {
  readonly x: T;
  /** [P, 1] */
  readonly parts: T;
}
