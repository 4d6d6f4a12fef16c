/**
 * Self-improvement at test time (paper, figure 4b): in the first round one plain sample an instruction, in each next one
 * a revision of the best failure so far with what it missed. That is guided exploration with one response a round; beside
 * it stands Pass@k with k = rounds independent samples.
 */
import type { Rate } from "../../analysis/intervals";
import { meanPassAtK } from "../../analysis/pass_at_k";
import { meanOrNull } from "../../analysis/mean";
import type { Estimate } from "../../analysis/statistics/estimate";
import type { Key } from "../../kernels/random/random";
import type { Task } from "../../rubric/schema";
import { hasPassed } from "../group";
import type { Attempt, Explorer } from "./attempt";
import { explore, type ExploreOptions } from "./explore";
import { summarizeSearches, type SearchCost } from "./summary";

export interface RefineOptions extends Omit<ExploreOptions, "strategy" | "attempts" | "onAttempt"> {
  readonly rounds: number;
  readonly onAttempt?: () => void;
}

/** One round, over all instructions. */
export interface RefinementRound {
  readonly round: number;
  /** Instructions that still failed and were answered or revised in this round. */
  readonly tried: number;
  /** Mean reward of this round's responses alone; null where there are none. */
  readonly newest: number | null;
  /** Mean reward of the best response so far. */
  readonly reward: number | null;
  /** Instructions whose best response so far satisfies every item. */
  readonly allMet: Rate;
  readonly cost: SearchCost;
  /** The same number of independent samples: unbiased Pass@k, k = round, mean of the best reward, and cost. */
  readonly sampling: {
    readonly passAtK: Estimate;
    readonly reward: number | null;
    readonly cost: SearchCost;
  };
}

export interface Refinement {
  readonly rounds: readonly RefinementRound[];
  /** By instruction: what was revised, and what was only sampled. Both begin with the same response. */
  readonly refined: readonly (readonly Attempt[])[];
  readonly sampled: readonly (readonly Attempt[])[];
}

/** Refines responses to `tasks` over rounds, and samples as many beside. Rejects as `explore` does. */
export async function refine(
  explorer: Explorer,
  tasks: readonly Task[],
  key: Key,
  { rounds, ...options }: RefineOptions,
): Promise<Refinement> {
  const refined = await explore(explorer, tasks, key, { ...options, strategy: "guided", attempts: rounds });
  const sampled = await explore(explorer, tasks, key, {
    ...{ ...options, strategy: "stochastic", attempts: rounds },
  });
  return { rounds: refinementRounds(refined, sampled, rounds), refined, sampled };
}

/** Rounds from 1 on: guided searches beside stochastic ones on the same instructions. */
export function refinementRounds(
  refined: readonly (readonly Attempt[])[],
  sampled: readonly (readonly Attempt[])[],
  rounds: number,
): RefinementRound[] {
  const counts = sampled.map((attempts) => {
    const graded = attempts.filter(({ reward }) => reward !== null);
    return { graded: graded.length, passed: graded.filter(hasPassed).length };
  });
  const beside = summarizeSearches(sampled, rounds);
  return summarizeSearches(refined, rounds).map(({ k, passRate, bestReward, generated }, i) => {
    const made = refined.flatMap((attempts) => attempts.slice(i, k));
    const newest = made.flatMap(({ reward }) => (reward === null ? [] : [reward]));
    return {
      ...{ round: k, tried: made.length, newest: meanOrNull(newest) },
      ...{ reward: bestReward, allMet: passRate, cost: generated },
      sampling: {
        passAtK: meanPassAtK(counts, k),
        reward: beside[i].bestReward,
        cost: beside[i].generated,
      },
    };
  });
}
