import { dot, norm, squaredNorm } from "./vectors";

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
  /** What each rollout gives to it, in their order. */
  readonly parts: readonly BoundPart[];
}

/** A rollout of a group, or a response of an enumeration. */
export interface BoundPart {
  /** What it counts for in the means: 1/N, or its probability. */
  readonly weight: number;
  /** X of it. */
  readonly unmet: number;
  /** ‖s‖². */
  readonly square: number;
  /** ⟨s, e⟩ with e the direction of mean s·(X − X̄), so that the left side is mean ⟨s, e⟩(X − X̄); 0 where that is 0. */
  readonly along: number;
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
  return {
    samples,
    ...weightedChain(
      scores,
      unmet,
      unmet.map(() => 1),
    ),
  };
}

/** The same with a weight for each response: expectations where the weights are probabilities. */
export function weightedChain(
  scores: readonly ArrayLike<number>[],
  unmet: readonly number[],
  weights: ArrayLike<number>,
): Omit<BoundChain, "samples"> {
  const total = scores.reduce((sum, _, i) => sum + weights[i], 0);
  const mean = unmet.reduce((sum, x, i) => sum + weights[i] * x, 0) / total;
  const centred = new Float64Array(scores[0].length);
  let [squares, variance, second] = [0, 0, 0];
  const parts = scores.map((score, i) => {
    const [weight, x, square] = [weights[i], unmet[i], squaredNorm(score)];
    const deviation = (weight * (x - mean)) / total;
    for (let j = 0; j < centred.length; j++) centred[j] += deviation * score[j];
    squares += (weight * square) / total;
    variance += (weight * ((x - mean) * (x - mean))) / total;
    second += (weight * (x * x)) / total;
    return { weight: weight / total, unmet: x, square };
  });
  const [error, scoreNorm] = [norm(centred), Math.sqrt(squares)];
  return {
    error,
    deviationBound: scoreNorm * Math.sqrt(variance),
    unmetBound: scoreNorm * Math.sqrt(second),
    scoreNorm,
    unmet: mean,
    parts: parts.map((part, i) => ({ ...part, along: error > 0 ? dot(scores[i], centred) / error : 0 })),
  };
}

/** Means over the instructions of a step. */
export type MeanChain = Omit<BoundChain, "parts">;

/** The chains of a step's groups as one: means over the groups that have one; null when none has. */
export function meanChain(chains: readonly (BoundChain | null)[]): MeanChain | null {
  const known = chains.filter((chain) => chain !== null);
  if (known.length === 0) return null;
  const mean = (key: keyof MeanChain) => known.reduce((sum, chain) => sum + chain[key], 0) / known.length;
  return {
    samples: known.reduce((sum, { samples }) => sum + samples, 0),
    error: mean("error"),
    deviationBound: mean("deviationBound"),
    unmetBound: mean("unmetBound"),
    scoreNorm: mean("scoreNorm"),
    unmet: mean("unmet"),
  };
}
