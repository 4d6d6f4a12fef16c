/** What a picture of a vocabulary shows one by one, and what it adds up: sorted with typed arrays, of any size. */

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

/** Ids take this many bits of a sorting key, the float before them 32; a double has 53 whole ones. */
const idRange = 2 ** 21;

/**
 * Ids by descending value, equal values by id. Takes 32-bit floats, such as ln p of every token, up to 2²¹ of them: a
 * value's bits and its id make one whole number, and numbers by themselves sort many times faster than by a comparison.
 */
export function rankOrder(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const keys = new Float64Array(values.length);
  // Bits of positive floats grow with them, bits of negative ones the other way round.
  bits.forEach((b, id) => (keys[id] = (b >>> 31 ? b : 0x7fffffff - b) * idRange + id));
  // What is left of the division by a power of two: exact, and much faster than %.
  return new Uint32Array(keys.sort().map((key) => key - Math.floor(key / idRange) * idRange));
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
