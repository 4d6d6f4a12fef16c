/**
 * Guided exploration: the first attempt is a plain sample, each next one revises the best failure so far with what it
 * missed, in the words that training uses for equation (6). It ends with the first attempt that passes: nothing is left
 * to revise.
 */
import { hasPassed, rewardTolerance } from "../group";
import type { Attempt } from "./attempt";

/**
 * Index of the failure to revise next: the highest reward, the latest of equals, so that the chain goes on from its
 * newest end. Null when no attempt failed with a reward.
 */
export function bestFailure(chain: readonly Attempt[]): number | null {
  let best: number | null = null;
  chain.forEach((attempt, i) => {
    if (attempt.reward === null || hasPassed(attempt)) return;
    if (best === null || attempt.reward >= chain[best].reward! - rewardTolerance) best = i;
  });
  return best;
}
