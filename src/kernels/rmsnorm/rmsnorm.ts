import type { Tensor } from "../tensor";

/**
 * Root-mean-square normalisation of each row (Zhang and Sennrich 2019):
 *
 *   x̂ = x / sqrt(mean(x²) + ε),   out = weight · x̂
 */
export interface RmsnormOptions<T extends Tensor = Tensor> {
  /** [T, D] */
  readonly x: T;
  /** [1, D] */
  readonly weight: T;
  readonly epsilon: number;
  /** [T, D] */
  readonly out: T;
}

/**
 * With g = weight · gradOut and r = 1 / sqrt(mean(x²) + ε):
 *
 *   gradX += r · (g − x̂ · mean(g · x̂)),   gradWeight += Σ_rows gradOut · x̂
 */
export interface RmsnormBackwardOptions<T extends Tensor = Tensor> {
  readonly x: T;
  readonly weight: T;
  readonly epsilon: number;
  readonly gradOut: T;
  /** Added to: the gradient of the residual stream already lies there. */
  readonly gradX: T;
  /** Added to; null when the weight is not trained. */
  readonly gradWeight: T | null;
}
