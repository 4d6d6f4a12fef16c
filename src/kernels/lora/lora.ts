import type { MatmulOptions } from "../matmul/matmul";
import type { Tensor } from "../tensor";

/**
 * A low-rank adapter (Hu et al. 2021) beside a frozen linear layer: out += scale · (x Aᵀ) Bᵀ. It is a chain of
 * skinny matrix products, so it has no shader of its own: `matmul` shapes its workgroups to them.
 */
export interface LoraOptions<T extends Tensor = Tensor> {
  /** [T, K] */
  readonly x: T;
  /** [rank, K] and [N, rank]. */
  readonly a: T;
  readonly b: T;
  /** alpha / rank */
  readonly scale: number;
  /** [T, rank]: x Aᵀ, kept for the backward pass. */
  readonly inner: T;
  /** [T, N], added to. */
  readonly out: T;
}

/**
 * gradB += scale · gradOutᵀ · inner,   gradInner = scale · gradOut · B,
 * gradA += gradInnerᵀ · x,             gradX += gradInner · A
 */
export interface LoraBackwardOptions<T extends Tensor = Tensor> extends Omit<LoraOptions<T>, "out"> {
  readonly gradOut: T;
  /** [T, rank], overwritten. */
  readonly gradInner: T;
  readonly gradA: T;
  readonly gradB: T;
  readonly gradX: T;
}

type Matmul<T extends Tensor> = (options: MatmulOptions<T>) => void;

export function loraForward<T extends Tensor>(matmul: Matmul<T>, options: LoraOptions<T>): void {
  const { x, a, b, scale, inner, out } = options;
  matmul({ layout: "NT", a: x, b: a, out: inner });
  matmul({ layout: "NT", a: inner, b, out, scale, accumulate: true });
}

export function loraGradients<T extends Tensor>(matmul: Matmul<T>, options: LoraBackwardOptions<T>): void {
  const { x, a, b, scale, inner, gradOut, gradInner, gradA, gradB, gradX } = options;
  matmul({ layout: "TN", a: gradOut, b: inner, out: gradB, scale, accumulate: true });
  matmul({ layout: "NN", a: gradOut, b, out: gradInner, scale });
  matmul({ layout: "TN", a: gradInner, b: x, out: gradA, accumulate: true });
  matmul({ layout: "NN", a: gradInner, b: a, out: gradX, accumulate: true });
}
