import type { Tensor } from "../tensor";

/**
 * Causal attention of a packed tree of sequences. Row t of the queries looks at two ranges of key rows:
 * its prompt, and its own branch up to itself; the kernel knows nothing else about the tree.
 *
 *   s_j = q_t · k_j / √headDim,   out_t = Σ_j softmax(s)_j v_j,   logSumExp_t = ln Σ_j e^(s_j)
 *
 * Query heads share key and value heads in groups (grouped-query attention).
 */
export interface AttentionOptions<T extends Tensor = Tensor> {
  /** [T, heads · headDim] */
  readonly q: T;
  /** [S, kvHeads · headDim]; in training S = T, in decoding the rows of the cache. */
  readonly k: T;
  readonly v: T;
  /** [T, 4], u32: promptStart, promptEnd, branchStart, branchEnd (ends excluded), rows of k and v. */
  readonly ranges: T;
  readonly heads: number;
  readonly kvHeads: number;
  /** A multiple of 8. */
  readonly headDim: number;
  /** [T, heads · headDim] */
  readonly out: T;
  /** [T, heads]: what the backward pass needs to find the probabilities again. */
  readonly logSumExp: T;
}

/**
 * With p the probabilities, dp_j = gradOut · v_j and D = Σ_j p_j dp_j = gradOut · out:
 * ds_j = p_j (dp_j − D), gradQ = Σ_j ds_j k_j / √headDim, gradK_j = Σ_t ds_j q_t / √headDim, gradV_j = Σ_t p_j gradOut_t.
 * All three are overwritten. Queries and keys are the same rows here (S = T).
 */
export interface AttentionBackwardOptions<T extends Tensor = Tensor> extends AttentionOptions<T> {
  /** [T, 1], u32: key row j is seen by the query rows j ≤ t < queryEnds[j], all of them (see `queryEnds`). */
  readonly queryEnds: T;
  readonly gradOut: T;
  readonly gradQ: T;
  readonly gradK: T;
  readonly gradV: T;
}

/**
 * For each key row the end of the contiguous range of query rows that see it. That the range is contiguous is
 * what packing promises: a prompt, then its branches one after the other. Throws if the ranges break the promise.
 */
export function queryEnds(ranges: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const rows = ranges.length / 4;
  const ends = new Uint32Array(rows);
  const seenBy = new Uint32Array(rows);
  for (let t = 0; t < rows; t++) {
    const [promptStart, promptEnd, branchStart, branchEnd] = [0, 1, 2, 3].map((i) => ranges[4 * t + i]);
    if (branchEnd !== t + 1) throw new Error(`query row ${t} must see its own key row last`);
    for (const [from, to] of [
      [promptStart, promptEnd],
      [branchStart, branchEnd],
    ]) {
      for (let j = from; j < to; j++) {
        ends[j] = t + 1;
        seenBy[j]++;
      }
    }
  }
  for (let j = 0; j < rows; j++) {
    if (seenBy[j] !== ends[j] - j)
      throw new Error(`key row ${j} is not seen by one contiguous range of rows`);
  }
  return ends;
}
