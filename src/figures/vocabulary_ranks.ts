/** What a picture of a vocabulary shows one by one, and what it adds up: sorted by their bits, of any size. */

/** Tokens of the tail that are shown as one: all of a range of ranks but the sampled one. */
export interface TailRange {
  /** Ranks by probability, from 1, both included. */
  readonly from: number;
  readonly to: number;
  /** How many tokens it stands for. */
  readonly count: number;
  /** Their probability together. */
  readonly p: number;
  /** What their logits receive together; null where nothing is known of gradients. */
  readonly gradient: number | null;
}

export interface ShownTokens {
  /** Ids of the tokens with a cell of their own, the likeliest first; the sampled one is always among them. */
  readonly ids: Uint32Array;
  readonly tail: readonly TailRange[];
}

/**
 * The tokens of which each gets a cell, at most `most`, and the others by ranges of ranks that end at powers of ten.
 * `ranked` are ids by descending probability; `p` and `gradient` have one double a token, by id.
 */
export function shownTokens(
  ranked: Uint32Array,
  p: ArrayLike<number>,
  gradient: ArrayLike<number> | null,
  { sampled, most }: { readonly sampled: number; readonly most: number },
): ShownTokens {
  const ids = ranked.slice(0, most);
  if (ids.length === ranked.length) return { ids, tail: [] };
  const isWithin = ids.includes(sampled);
  if (!isWithin) ids[most - 1] = sampled;
  const tail: TailRange[] = [];
  let first = isWithin ? most : most - 1;
  for (let end = 1000; first < ranked.length; end *= 10) {
    if (end <= first) continue;
    const last = Math.min(end, ranked.length);
    let [count, mass, received] = [0, 0, 0];
    for (let rank = first; rank < last; rank++) {
      const id = ranked[rank];
      if (id === sampled) continue;
      count++;
      mass += p[id];
      if (gradient) received += gradient[id];
    }
    if (count > 0)
      tail.push({ from: first + 1, to: last, count, p: mass, gradient: gradient ? received : null });
    first = last;
  }
  return { ids, tail };
}
