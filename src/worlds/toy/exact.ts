import type { BoundChain } from "../../analysis/bound";
import { norm, squaredNorm } from "../../analysis/vectors";
import { weightedSum, type Enumeration } from "./enumerate";
import type { Toy } from "./toy";

/** J(θ) = E[R], the expected reward of a policy. */
export const expectedReward = ({ sequences }: Toy, { probabilities }: Enumeration): number =>
  sequences.reduce((sum, { reward }, i) => sum + probabilities[i] * reward, 0);

/** ∇θ J = E[R · s], the true policy gradient: [parameterCount]. */
export const policyGradient = ({ sequences }: Toy, { probabilities, scores }: Enumeration): Float64Array =>
  weightedSum(
    sequences.map(({ reward }, i) => probabilities[i] * reward),
    scores,
  );

/** The chain of (13) with expectations in place of means over a group's rollouts. */
export type ExactChain = Omit<BoundChain, "samples">;

/**
 * ‖g_I − g_T‖ = ‖E[s(X − E X)]‖ ≤ √(E‖s‖²) √(Var X) ≤ √(E‖s‖²) √(E X²), equation (13), with X = 1 − R. Because E[s] = 0,
 * g_I is 0 and the left side is the norm of the policy gradient.
 */
export function exactChain({ sequences }: Toy, { probabilities, scores }: Enumeration): ExactChain {
  const sum = (of: (i: number) => number) => probabilities.reduce((total, p, i) => total + p * of(i), 0);
  const missed = sequences.map(({ reward }) => 1 - reward);
  const unmet = sum((i) => missed[i]);
  const error = norm(
    weightedSum(
      missed.map((x, i) => probabilities[i] * (x - unmet)),
      scores,
    ),
  );
  const scoreNorm = Math.sqrt(sum((i) => squaredNorm(scores[i])));
  const variance = sum((i) => (missed[i] - unmet) * (missed[i] - unmet));
  return {
    ...{ error, scoreNorm, unmet },
    deviationBound: scoreNorm * Math.sqrt(variance),
    unmetBound: scoreNorm * Math.sqrt(sum((i) => missed[i] * missed[i])),
  };
}
