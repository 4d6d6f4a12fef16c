import { RandomStream } from "../../kernels/random/random";
import type { Toy } from "./toy";

/** The best that a toy's policy can do. */
export interface Optimum {
  /** sup over θ of J(θ). */
  readonly value: number;
  /** The row probabilities that reach it, [vocab, vocab]: a limit of θ if some are 0. */
  readonly rows: Float64Array;
}

export interface OptimumOptions {
  /** Random starts, a short climb from each. Default 32. */
  readonly starts?: number;
  /** How many of them, the best, are climbed to the end. Default 4. */
  readonly finalists?: number;
  readonly seed?: number;
}

/**
 * The largest expected reward that the shared parameters can reach, as a supremum: it is taken over row probabilities,
 * zeros included, which no finite θ has. J is a polynomial in them with coefficients R(τ) ≥ 0, so the growth transform
 * of Baum and Eagon (1967),
 *
 *   p[row][v] ← p[row][v] ∂J/∂p[row][v], normalised by row,
 *
 * never lowers it and needs no rate: reward-weighted counts of each bigram, normalised. It climbs to local maxima; the
 * best of many starts is taken (the tests compare it with every deterministic policy and with a fine grid).
 */
export function findOptimum(toy: Toy, options: OptimumOptions = {}): Optimum {
  const { starts = 32, finalists = 4, seed = 0 } = options;
  const best = (found: Optimum[]) => found.sort((a, b) => b.value - a.value);
  const short = Array.from({ length: starts }, (_, start) =>
    climb(toy, randomRows(toy, RandomStream.of(seed, "optimum", start)), shortClimb),
  );
  return best(
    best(short)
      .slice(0, finalists)
      .map(({ rows }) => climb(toy, rows, longClimb)),
  )[0];
}

/** Iterations. A climb ends early when it gains nothing any more. */
const shortClimb = 40;
const longClimb = 2000;
const smallestGain = 1e-13;

function climb(toy: Toy, start: Float64Array, iterations: number): Optimum {
  let rows = start;
  let at = countRewarded(toy, rows);
  for (let i = 0; i < iterations; i++) {
    const next = normalised(toy, at.counts, rows);
    const after = countRewarded(toy, next);
    const gain = after.value - at.value;
    [rows, at] = [next, after];
    if (gain < smallestGain) break;
  }
  return { value: at.value, rows };
}

/** J of row probabilities, and how often each bigram is expected, weighted by reward: p ∂J/∂p. */
export function countRewarded(
  { vocab, prefixes, sequences }: Toy,
  rows: ArrayLike<number>,
): { value: number; counts: Float64Array } {
  // From a prefix on: the reward expected of its completions. Children come later in the list.
  const expected = new Float64Array(prefixes.length);
  const worth = (next: number) => (next < 0 ? sequences[-1 - next].reward : expected[next]);
  for (let i = prefixes.length - 1; i >= 0; i--) {
    const { row, next } = prefixes[i];
    for (let v = 0; v < vocab; v++) expected[i] += rows[row * vocab + v] * worth(next[v]);
  }
  const counts = new Float64Array(vocab * vocab);
  const reach = new Float64Array(prefixes.length);
  reach[0] = 1;
  prefixes.forEach(({ row, next }, i) => {
    for (let v = 0; v < vocab; v++) {
      const through = reach[i] * rows[row * vocab + v];
      counts[row * vocab + v] += through * worth(next[v]);
      if (next[v] >= 0) reach[next[v]] = through;
    }
  });
  return { value: expected[0], counts };
}

/** Rows that no rewarded sequence passes through stay as they are. */
function normalised({ vocab }: Toy, counts: Float64Array, rows: Float64Array): Float64Array {
  const next = rows.slice();
  for (let row = 0; row < vocab; row++) {
    const own = counts.subarray(row * vocab, (row + 1) * vocab);
    const total = own.reduce((sum, c) => sum + c, 0);
    if (total > 0) for (let v = 0; v < vocab; v++) next[row * vocab + v] = own[v] / total;
  }
  return next;
}

function randomRows({ vocab }: Toy, stream: RandomStream): Float64Array {
  const rows = Float64Array.from({ length: vocab * vocab }, () => stream.unit() + 1e-3);
  for (let row = 0; row < vocab; row++) {
    const own = rows.subarray(row * vocab, (row + 1) * vocab);
    const total = own.reduce((sum, x) => sum + x, 0);
    for (let v = 0; v < vocab; v++) own[v] /= total;
  }
  return rows;
}
