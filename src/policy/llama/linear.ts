import type { Tensor, Weight } from "../../kernels/tensor";
import type { Parameter } from "../parameters";
import type { ModelContext } from "./pass";

/** A low-rank adapter of a linear layer; see kernels/lora. */
export interface Adapter {
  /** [rank, inputs] */
  readonly a: Parameter;
  /** [outputs, rank] */
  readonly b: Parameter;
  readonly scale: number;
}

/** A bias that is added to a linear layer's output. */
export interface Bias {
  /** [1, outputs] */
  readonly value: Tensor;
  readonly gradient: Tensor | null;
}

/** y = x Wᵀ (+ bias), with an adapter beside it or its own weight trained, or neither. */
export interface Linear {
  readonly name: string;
  /** [outputs, inputs] */
  readonly weight: Weight;
  readonly gradient: Tensor | null;
  readonly bias: Bias | null;
  readonly adapter: Adapter | null;
}

const innerOf = ({ workspace }: ModelContext, name: string, { a }: Adapter, x: Tensor): Tensor =>
  workspace.tensor(`${name} inner`, x.rows, a.value.rows);

/** out = x Wᵀ (+ bias) (+ addend). */
export function linearForward(
  model: ModelContext,
  { name, weight, bias, adapter }: Linear,
  x: Tensor,
  out: Tensor,
  addend?: Tensor,
): void {
  const { kernels } = model.backend;
  if (adapter) {
    const { a, b, scale } = adapter;
    const inner = innerOf(model, name, adapter, x);
    kernels.lora({ x, weight, a: a.value, b: b.value, scale, inner, out, addend });
  } else kernels.matmul({ layout: "NT", a: x, b: weight, out, addend });
  if (bias) kernels.bias({ bias: bias.value, out });
}

/**
 * Adds the gradients of what is trained, and sets gradX = gradOut · W, or adds to it. `gradX` null: nothing below
 * this layer is trained.
 */
export function linearBackward(
  model: ModelContext,
  { name, weight, gradient, bias, adapter }: Linear,
  x: Tensor,
  gradOut: Tensor,
  gradX: Tensor | null,
  accumulate = false,
): void {
  const { backend, workspace } = model;
  const { kernels } = backend;
  if (bias?.gradient) kernels.biasBackward({ gradOut, gradBias: bias.gradient });
  if (adapter) {
    const { a, b, scale } = adapter;
    return kernels.loraBackward({
      ...{ x, weight, scale, gradOut, gradX, accumulate },
      a: a.value,
      b: b.value,
      inner: innerOf(model, name, adapter, x),
      gradInner: workspace.tensor(`gradInner ${a.value.rows}`, x.rows, a.value.rows),
      gradA: a.gradient,
      gradB: b.gradient,
    });
  }
  if (gradX) kernels.matmul({ layout: "NN", a: gradOut, b: weight, out: gradX, accumulate });
  if (gradient) kernels.matmul({ layout: "TN", a: gradOut, b: x, out: gradient, accumulate: true });
}
