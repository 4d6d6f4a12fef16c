import type { Tensor } from "../tensor";

/** The bias of a linear layer, added in place: out[t, n] += bias[n]. */
export interface BiasOptions<T extends Tensor = Tensor> {
  /** [1, N] */
  readonly bias: T;
  /** [T, N], added to. */
  readonly out: T;
}

/** gradBias[n] += Σ_t gradOut[t, n]. */
export interface BiasBackwardOptions<T extends Tensor = Tensor> {
  /** [T, N] */
  readonly gradOut: T;
  /** [1, N], added to. */
  readonly gradBias: T;
}
