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

/** y = x Wᵀ, with an adapter beside it or its own weight trained, or neither. */
export interface Linear {
  readonly name: string;
  /** [outputs, inputs] */
  readonly weight: Weight;
  readonly gradient: Tensor | null;
  readonly adapter: Adapter | null;
}

const innerOf = ({ workspace }: ModelContext, { name, adapter }: Linear, x: Tensor): Tensor =>
  workspace.tensor(`${name} inner`, x.rows, adapter!.a.value.rows);

/** out = x Wᵀ, or out += x Wᵀ. */
export function linearForward(
  model: ModelContext,
  linear: Linear,
  x: Tensor,
  out: Tensor,
  accumulate = false,
): void {
  const { kernels } = model.backend;
  kernels.matmul({ layout: "NT", a: x, b: linear.weight, out, accumulate });
  if (!linear.adapter) return;
  const { a, b, scale } = linear.adapter;
  kernels.lora({ x, a: a.value, b: b.value, scale, inner: innerOf(model, linear, x), out });
}

/**
 * Adds the gradients of what is trained, and sets gradX = gradOut · W, or adds to it. `gradX` null: nothing below
 * this layer is trained.
 */
export function linearBackward(
  model: ModelContext,
  linear: Linear,
  x: Tensor,
  gradOut: Tensor,
  gradX: Tensor | null,
  accumulate = false,
): void {
  const { backend, workspace } = model;
  const { weight, gradient, adapter, name } = linear;
  if (gradX) backend.kernels.matmul({ layout: "NN", a: gradOut, b: weight, out: gradX, accumulate });
  if (gradient) backend.kernels.matmul({ layout: "TN", a: gradOut, b: x, out: gradient, accumulate: true });
  if (!adapter) return;
  const { a, b, scale } = adapter;
  backend.kernels.loraBackward({
    ...{ x, scale, gradOut },
    a: a.value,
    b: b.value,
    inner: innerOf(model, linear, x),
    gradInner: workspace.tensor(`gradInner ${a.value.rows}`, x.rows, a.value.rows),
    gradA: a.gradient,
    gradB: b.gradient,
    gradX: gradX ?? workspace.tensor(`gradient below ${name}`, x.rows, x.cols),
  });
}
