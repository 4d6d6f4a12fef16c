import { isQuantized, type Tensor, type Weight } from "../../kernels/tensor";
import { linearBackward, linearForward, type Linear } from "./linear";
import { normBackward, normForward, type Norm } from "./norm";
import type { CacheSlots, Pass } from "./pass";

/** The first half of a layer: out = x + attention(norm(x)) Woᵀ, where heads may have norms of their own. */
export interface Attention {
  readonly norm: Norm;
  readonly q: Linear;
  readonly k: Linear;
  readonly v: Linear;
  readonly o: Linear;
  /** Norms of each head of queries and keys, [1, headDim]; null in most models. */
  readonly headNorms: { readonly q: Norm; readonly k: Norm } | null;
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

/** Queries and keys before the norms of their heads: saved too, where there are such norms. */
function rawHeads({ workspace, config, rows: { count } }: Pass, scope: string) {
  return {
    q: workspace.tensor(`${scope} raw q`, count, config.heads * config.headDim),
    k: workspace.tensor(`${scope} raw k`, count, config.kvHeads * config.headDim),
  };
}

/** The same numbers with a head a row. */
const byHead = ({ config: { headDim } }: Pass, x: Tensor): Tensor =>
  x.view(0, (x.rows * x.cols) / headDim, headDim);

/** ∂L/∂(the heads before their norm), from ∂L/∂(after it). */
function headNormBackward(pass: Pass, norm: Norm, raw: Tensor, gradient: Tensor, name: string): Tensor {
  const gradRaw = pass.workspace.zeros(name, raw.rows, raw.cols);
  normBackward(pass, norm, byHead(pass, raw), byHead(pass, gradient), byHead(pass, gradRaw));
  return gradRaw;
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
  const { headNorms } = block;
  const raw = headNorms ? rawHeads(pass, scope) : { q, k };
  linearForward(pass, block.q, normed, raw.q);
  linearForward(pass, block.k, normed, raw.k);
  linearForward(pass, block.v, normed, v);
  if (headNorms) {
    normForward(pass, headNorms.q, byHead(pass, raw.q), byHead(pass, q));
    normForward(pass, headNorms.k, byHead(pass, raw.k), byHead(pass, k));
  }
  kernels.rope({ x: q, positions: rows.positions, table: rope });
  kernels.rope({ x: k, positions: rows.positions, table: rope });
  let [keys, values] = [k, v];
  if (cache) {
    keys = cached(pass, cache, cache.keys[layer], k, "cached keys");
    values = cached(pass, cache, cache.values[layer], v, "cached values");
  }
  kernels.attention({ ...config, q, k: keys, v: values, ranges: rows.ranges, out: mixed, logSumExp });
  linearForward(pass, block.o, mixed, out, x);
}

/** Places new rows in the cache and returns all of it as floats. */
function cached(
  { backend: { kernels }, workspace }: Pass,
  { slots, all }: CacheSlots,
  kept: Weight,
  x: Tensor,
  name: string,
): Tensor {
  if (!isQuantized(kept)) {
    kernels.scatter({ x, rows: slots, out: kept });
    return kept;
  }
  kernels.quantizeRows({ x, rows: slots, out: kept });
  const floats = workspace.tensor(name, kept.rows, kept.cols);
  kernels.gather({ table: kept, rows: all!, out: floats });
  return floats;
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
  const { headNorms } = block;
  const raw = headNorms && rawHeads(pass, scope);
  const gradRawQ = raw ? headNormBackward(pass, headNorms.q, raw.q, gradQ, "gradRawQ") : gradQ;
  const gradRawK = raw ? headNormBackward(pass, headNorms.k, raw.k, gradK, "gradRawK") : gradK;
  const gradNormed = needed ? workspace.tensor("gradNormed", rows.count, x.cols) : null;
  linearBackward(pass, block.q, forward.normed, gradRawQ, gradNormed);
  linearBackward(pass, block.k, forward.normed, gradRawK, gradNormed, true);
  linearBackward(pass, block.v, forward.normed, gradV, gradNormed, true);
  if (gradNormed) normBackward(pass, block.norm, x, gradNormed, gradient);
}
