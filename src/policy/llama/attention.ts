import type { Tensor } from "../../kernels/tensor";
import { linearBackward, linearForward, type Linear } from "./linear";
import { normBackward, normForward, type Norm } from "./norm";
import type { Pass } from "./pass";

/** The first half of a layer: out = x + attention(norm(x)) Woᵀ. */
export interface Attention {
  readonly norm: Norm;
  readonly q: Linear;
  readonly k: Linear;
  readonly v: Linear;
  readonly o: Linear;
}

/** What the backward pass needs of the forward pass; `scope` names the layer, or is shared when recomputing. */
function saved({ workspace, config, rows: { count } }: Pass, scope: string) {
  const queryDim = config.heads * config.headDim;
  const keyDim = config.kvHeads * config.headDim;
  return {
    normed: workspace.tensor(`${scope} attention normed`, count, config.dim),
    q: workspace.tensor(`${scope} q`, count, queryDim),
    k: workspace.tensor(`${scope} k`, count, keyDim),
    v: workspace.tensor(`${scope} v`, count, keyDim),
    mixed: workspace.tensor(`${scope} mixed`, count, queryDim),
    logSumExp: workspace.tensor(`${scope} logSumExp`, count, config.heads),
  };
}

export function attentionForward(
  pass: Pass,
  block: Attention,
  layer: number,
  scope: string,
  x: Tensor,
  out: Tensor,
): void {
  const { backend, rows, rope, cache, config } = pass;
  const { kernels } = backend;
  const { normed, q, k, v, mixed, logSumExp } = saved(pass, scope);
  normForward(pass, block.norm, x, normed);
  linearForward(pass, block.q, normed, q);
  linearForward(pass, block.k, normed, k);
  linearForward(pass, block.v, normed, v);
  kernels.rope({ x: q, positions: rows.positions, table: rope });
  kernels.rope({ x: k, positions: rows.positions, table: rope });
  let [keys, values] = [k, v];
  if (cache) {
    [keys, values] = [cache.keys[layer], cache.values[layer]];
    kernels.scatter({ x: k, rows: cache.slots, out: keys });
    kernels.scatter({ x: v, rows: cache.slots, out: values });
  }
  kernels.attention({ ...config, q, k: keys, v: values, ranges: rows.ranges, out: mixed, logSumExp });
  linearForward(pass, block.o, mixed, out, x);
}

/**
 * `gradient` holds ∂L/∂out on entry and ∂L/∂x on return. `needed` false: nothing below is trained, so that only
 * the gradients of this block's own parameters are computed.
 */
export function attentionBackward(
  pass: Pass,
  block: Attention,
  scope: string,
  x: Tensor,
  gradient: Tensor,
  needed: boolean,
): void {
  const { backend, workspace, rows, rope, config } = pass;
  const { kernels } = backend;
  const forward = saved(pass, scope);
  const gradMixed = workspace.tensor("gradMixed", rows.count, forward.mixed.cols);
  const gradQ = workspace.tensor("gradQ", rows.count, forward.q.cols);
  const gradK = workspace.tensor("gradK", rows.count, forward.k.cols);
  const gradV = workspace.tensor("gradV", rows.count, forward.v.cols);
  linearBackward(pass, block.o, forward.mixed, gradient, gradMixed);
  kernels.attentionBackward({
    ...config,
    ...forward,
    ...{ ranges: rows.ranges, queryEnds: pass.queryEnds!, out: forward.mixed },
    ...{ gradOut: gradMixed, gradQ, gradK, gradV },
  });
  kernels.rope({ x: gradQ, positions: rows.positions, table: rope, inverse: true });
  kernels.rope({ x: gradK, positions: rows.positions, table: rope, inverse: true });
  const gradNormed = needed ? workspace.tensor("gradNormed", rows.count, x.cols) : null;
  linearBackward(pass, block.q, forward.normed, gradQ, gradNormed);
  linearBackward(pass, block.k, forward.normed, gradK, gradNormed, true);
  linearBackward(pass, block.v, forward.normed, gradV, gradNormed, true);
  if (gradNormed) normBackward(pass, block.norm, x, gradNormed, gradient);
}
