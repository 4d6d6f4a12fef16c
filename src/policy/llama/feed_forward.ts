import type { Tensor } from "../../kernels/tensor";
import { linearBackward, linearForward, type Linear } from "./linear";
import { normBackward, normForward, type Norm } from "./norm";
import type { Pass } from "./pass";

/** The second half of a layer: out = x + (silu(n Wgᵀ) · n Wuᵀ) Wdᵀ with n = norm(x). */
export interface FeedForward {
  readonly norm: Norm;
  readonly gate: Linear;
  readonly up: Linear;
  readonly down: Linear;
}

function saved({ workspace, config, rows: { count } }: Pass, scope: string) {
  return {
    normed: workspace.tensor(`${scope} feed-forward normed`, count, config.dim),
    gate: workspace.tensor(`${scope} gate`, count, config.ffnDim),
    up: workspace.tensor(`${scope} up`, count, config.ffnDim),
    active: workspace.tensor(`${scope} active`, count, config.ffnDim),
  };
}

/** The first two products: all that the backward pass needs. Returns silu(n Wgᵀ) · n Wuᵀ. */
export function feedForwardActive(pass: Pass, block: FeedForward, scope: string, x: Tensor): Tensor {
  const { normed, gate, up, active } = saved(pass, scope);
  normForward(pass, block.norm, x, normed);
  linearForward(pass, block.gate, normed, gate);
  linearForward(pass, block.up, normed, up);
  pass.backend.kernels.swiglu({ gate, up, out: active });
  return active;
}

/** The last product: out = x + active Wdᵀ. */
export function feedForwardDown(
  pass: Pass,
  block: FeedForward,
  active: Tensor,
  x: Tensor,
  out: Tensor,
): void {
  linearForward(pass, block.down, active, out, x);
}

/** `gradient` holds ∂L/∂out on entry and ∂L/∂x on return. */
export function feedForwardBackward(
  pass: Pass,
  block: FeedForward,
  scope: string,
  x: Tensor,
  gradient: Tensor,
): void {
  const { backend, workspace, rows, config } = pass;
  const { normed, gate, up, active } = saved(pass, scope);
  const hidden = (name: string) => workspace.tensor(name, rows.count, config.ffnDim);
  const [gradActive, gradGate, gradUp] = [hidden("gradActive"), hidden("gradGate"), hidden("gradUp")];
  linearBackward(pass, block.down, active, gradient, gradActive);
  backend.kernels.swigluBackward({ gate, up, gradOut: gradActive, gradGate, gradUp });
  const gradNormed = workspace.tensor("gradNormed", rows.count, config.dim);
  linearBackward(pass, block.gate, normed, gradGate, gradNormed);
  linearBackward(pass, block.up, normed, gradUp, gradNormed, true);
  normBackward(pass, block.norm, x, gradNormed, gradient);
}
