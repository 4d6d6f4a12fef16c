import type { Tensor } from "../../kernels/tensor";
import type { ModelContext } from "./pass";

/** RMSNorm with its gain; see kernels/rmsnorm. */
export interface Norm {
  /** [1, D] */
  readonly weight: Tensor;
  readonly gradient: Tensor | null;
}

export function normForward(model: ModelContext, { weight }: Norm, x: Tensor, out: Tensor): void {
  model.backend.kernels.rmsnorm({ x, weight, epsilon: model.config.rmsEpsilon, out });
}

/** gradX += the gradient through the norm. */
export function normBackward(
  model: ModelContext,
  norm: Norm,
  x: Tensor,
  gradOut: Tensor,
  gradX: Tensor,
): void {
  const { weight, gradient: gradWeight } = norm;
  const epsilon = model.config.rmsEpsilon;
  model.backend.kernels.rmsnormBackward({ x, weight, epsilon, gradOut, gradX, gradWeight });
}
