import { cosine, dot, norm, squaredNorm } from "../../analysis/vectors";

/** How an estimator's expectation differs from the true gradient. */
export interface Bias {
  /** The multiple of the gradient that comes closest: a factor that a learning rate would make up for. */
  readonly scale: number;
  /** What is left, at right angles to the gradient, relative to that multiple: a bias that no rate makes up for. */
  readonly off: number;
  /** Cosine of the angle between the two. */
  readonly cosine: number | null;
}

/** Splits `expectation` into scale · gradient and the rest. Both [parameterCount]; a gradient of 0 gives NaN. */
export function biasOf(expectation: ArrayLike<number>, gradient: ArrayLike<number>): Bias {
  const scale = dot(expectation, gradient) / squaredNorm(gradient);
  const rest = Float64Array.from(expectation, (x, j) => x - scale * gradient[j]);
  return {
    scale,
    off: norm(rest) / (Math.abs(scale) * norm(gradient)),
    cosine: cosine(expectation, gradient),
  };
}
