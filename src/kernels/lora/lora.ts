import type { MatmulOptions } from "../matmul/matmul";
import type { Tensor, Weight } from "../tensor";

/**
 * A linear layer with a low-rank adapter beside its frozen weight (Hu et al. 2021):
 *
 *   out = x Wᵀ + scale · (x Aᵀ) Bᵀ (+ addend)
 *
 * Two matrix products: the inner one x Aᵀ, and the layer's own with the low-rank product on top. `matmul` has shapes
 * for the first and an epilogue for the second, so there is no other shader.
 */
export interface LoraOptions<T extends Tensor = Tensor> {
  /** [T, K] */
  readonly x: T;
  /** [N, K] */
  readonly weight: Weight<T>;
  /** [rank, K] and [N, rank]. */
  readonly a: T;
  readonly b: T;
  /** alpha / rank */
  readonly scale: number;
  /** [T, rank]: x Aᵀ, kept for the backward pass. */
  readonly inner: T;
  /** [T, N] */
  readonly out: T;
  readonly addend?: T;
}

/**
 * gradB += scale · gradOutᵀ · inner,   gradInner = scale · gradOut · B,
 * gradA += gradInnerᵀ · x,             gradX = gradOut · W + gradInner · A (or added to what is there)
 */
export interface LoraBackwardOptions<T extends Tensor = Tensor> extends Omit<
  LoraOptions<T>,
  "out" | "addend"
> {
  readonly gradOut: T;
  /** [T, rank], overwritten. */
  readonly gradInner: T;
  readonly gradA: T;
  readonly gradB: T;
  /** Null when nothing below this layer is trained. */
  readonly gradX: T | null;
  /** Add to `gradX`. Default false. */
  readonly accumulate?: boolean;
}

type Matmul<T extends Tensor> = (options: MatmulOptions<T>) => void;

export function loraForward<T extends Tensor>(matmul: Matmul<T>, options: LoraOptions<T>): void {
  const { x, weight, a, b, scale, inner, out, addend } = options;
  matmul({ layout: "NT", a: x, b: a, out: inner });
  matmul({ layout: "NT", a: x, b: weight, out, addend, lowRank: { a: inner, b, scale } });
}

export function loraGradients<T extends Tensor>(matmul: Matmul<T>, options: LoraBackwardOptions<T>): void {
  const { x, weight, a, b, scale, inner, gradOut, gradInner, gradA, gradB, gradX, accumulate } = options;
  matmul({ layout: "TN", a: gradOut, b: inner, out: gradB, scale, accumulate: true });
  matmul({ layout: "NN", a: gradOut, b, out: gradInner, scale });
  matmul({ layout: "TN", a: gradInner, b: x, out: gradA, accumulate: true });
  if (!gradX) return;
  const lowRank = { a: gradInner, b: a, scale: 1 };
  matmul({ layout: "NN", a: gradOut, b: weight, out: gradX, accumulate, lowRank });
}
