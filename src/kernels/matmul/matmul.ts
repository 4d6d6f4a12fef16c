import type { Tensor, Weight } from "../tensor";

/**
 * out [M, N] = scale · A · B (+ a low-rank product) (+ an addend, or + out), in the three layouts that a linear layer y = x Wᵀ needs:
 *
 * | layout | A | B | for |
 * |---|---|---|---|
 * | `NT` | [M, K] | [N, K] | forward: y = x Wᵀ |
 * | `NN` | [M, K] | [K, N] | backward to the input: dx = dy W |
 * | `TN` | [K, M] | [K, N] | backward to the weight: dW = dyᵀ x |
 */
export type MatmulLayout = "NT" | "NN" | "TN";

export interface MatmulOptions<T extends Tensor = Tensor> {
  readonly layout: MatmulLayout;
  readonly a: T;
  /** Quantized only in the layouts NT and NN. */
  readonly b: Weight<T>;
  readonly out: T;
  /** Default 1. */
  readonly scale?: number;
  /** Add to `out` instead of overwriting it. Default false. */
  readonly accumulate?: boolean;
  /** [M, N]: out = this + the products. Another tensor than `out`. */
  readonly addend?: T;
  /**
   * + scale · a · b with a [M, rank] and b [N, rank] in the layout NT, [rank, N] in NN: a low-rank adapter beside a
   * linear layer. The rank is a multiple of 4.
   */
  readonly lowRank?: { readonly a: T; readonly b: T; readonly scale: number };
}

export const layoutCode = { NT: 0, NN: 1, TN: 2 } as const;

/** M, N and K of a product. Throws when the matrices do not fit (a bug in the caller, not a user's error). */
export function shapeOf({ layout, a, b, out }: MatmulOptions): { m: number; n: number; k: number } {
  const [m, k] = layout === "TN" ? [a.cols, a.rows] : [a.rows, a.cols];
  const [n, kOfB] = layout === "NT" ? [b.rows, b.cols] : [b.cols, b.rows];
  if (kOfB !== k || out.rows !== m || out.cols !== n) {
    throw new Error(
      `matmul ${layout}: A [${a.rows}, ${a.cols}], B [${b.rows}, ${b.cols}] → out [${out.rows}, ${out.cols}]`,
    );
  }
  return { m, n, k };
}
