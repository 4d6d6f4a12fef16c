import { weightedChain, type BoundChain } from "../../analysis/bound";
import { dot, squaredNorm } from "../../analysis/vectors";
import { weightedSum, withHindsight, type Enumeration } from "./enumerate";
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
export const exactChain = ({ sequences }: Toy, { probabilities, scores }: Enumeration): ExactChain =>
  weightedChain(
    scores,
    sequences.map(({ reward }) => 1 - reward),
    probabilities,
  );

/** What hindsight that names some items does, over all revisions τ̃ ~ π(·|q,H). */
export interface HindsightEffect {
  /** E[R(τ̃)]. */
  readonly expectedReward: number;
  /** E[ln π(τ̃|q,H) − ln π(τ̃|q)] in nats: the hindsight gap of a whole response. */
  readonly gap: number;
  /**
   * Isolated transfer, E⟨s_q, s_qH⟩ / E‖s_qH‖² (method.md). On a toy it is 1 whatever κ is: hindsight adds to the logits
   * what does not depend on θ, so that s_qH is s_q less its mean. κ makes revisions better, not their lessons more
   * portable.
   */
  readonly isolatedTransfer: number;
}

/** Sums over all revisions after hindsight that names the items of these indices. */
export function hindsightEffect(toy: Toy, plain: Enumeration, named: readonly number[]): HindsightEffect {
  const given = withHindsight(toy, plain, named);
  const mean = (of: (i: number) => number) => given.probabilities.reduce((sum, p, i) => sum + p * of(i), 0);
  return {
    expectedReward: expectedReward(toy, given),
    gap: mean((i) => given.logprobs[i] - plain.logprobs[i]),
    isolatedTransfer:
      mean((i) => dot(plain.scores[i], given.scores[i])) / mean((i) => squaredNorm(given.scores[i])),
  };
}
