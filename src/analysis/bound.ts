import { squaredNorm } from "./vectors";

/**
 * The chain of (13) over the rollouts of one group: how far the group's gradient is from that of a group which met
 * everything, at most, by what it leaves unmet. `error` ≤ `deviationBound` ≤ `unmetBound`, exactly, since all three
 * are taken with the same (population) moments.
 */
export interface BoundChain {
  /** Rollouts that it was taken over. */
  readonly samples: number;
  /** ‖mean s·(X − X̄)‖, the left side; times N/(N − 1) it is unbiased. */
  readonly error: number;
  /** √(mean ‖s‖²) · √(Var X). */
  readonly deviationBound: number;
  /** √(mean ‖s‖²) · √(mean X²). */
  readonly unmetBound: number;
  /** √(mean ‖s‖²), with s = ∇θ ln π(τ|q). */
  readonly scoreNorm: number;
  /** Mean of X = 1 − R: the unmet share of the rubric's weight. */
  readonly unmet: number;
}

/**
 * Equation (13) from per-sample gradients `scores` (s of each rollout, over the trainable parameters) and `unmet` (X of
 * each). Null for fewer than two rollouts: one has no deviation.
 */
export function boundChain(
  scores: readonly ArrayLike<number>[],
  unmet: readonly number[],
): BoundChain | null {
  const samples = scores.length;
  if (samples < 2) return null;
  const mean = unmet.reduce((sum, x) => sum + x, 0) / samples;
  const centred = new Float64Array(scores[0].length);
  let [squares, variance, second] = [0, 0, 0];
  scores.forEach((score, i) => {
    const weight = (unmet[i] - mean) / samples;
    for (let j = 0; j < centred.length; j++) centred[j] += weight * score[j];
    squares += squaredNorm(score) / samples;
    variance += ((unmet[i] - mean) * (unmet[i] - mean)) / samples;
    second += (unmet[i] * unmet[i]) / samples;
  });
  const scoreNorm = Math.sqrt(squares);
  return {
    samples,
    error: Math.sqrt(squaredNorm(centred)),
    deviationBound: scoreNorm * Math.sqrt(variance),
    unmetBound: scoreNorm * Math.sqrt(second),
    scoreNorm,
    unmet: mean,
  };
}

/** The chains of a step's groups as one: means over the groups that have one; null when none has. */
export function meanChain(chains: readonly (BoundChain | null)[]): BoundChain | null {
  const known = chains.filter((chain) => chain !== null);
  if (known.length === 0) return null;
  const mean = (key: keyof BoundChain) => known.reduce((sum, chain) => sum + chain[key], 0) / known.length;
  return {
    samples: known.reduce((sum, { samples }) => sum + samples, 0),
    error: mean("error"),
    deviationBound: mean("deviationBound"),
    unmetBound: mean("unmetBound"),
    scoreNorm: mean("scoreNorm"),
    unmet: mean("unmet"),
  };
}
