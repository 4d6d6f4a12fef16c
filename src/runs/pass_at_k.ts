import { meanPassAtK, toldBudgets, type PassCount } from "../analysis/pass_at_k";
import { meanOrNull } from "../analysis/mean";
import type { Estimate } from "../analysis/statistics/estimate";
import { rewardTolerance } from "../herl/group";
import type { Key } from "../kernels/random/random";
import type { Task } from "../rubric/schema";
import { sampleAndGrade, type EvaluatedResponse, type EvaluateOptions } from "./evaluate";

/** Samples of several tasks, and what they say about Pass@k. */
export interface PassAtK {
  /** By task, then by sample. */
  readonly responses: readonly (readonly EvaluatedResponse[])[];
  /** For k = 1, 2, 4 … and all samples. */
  readonly at: readonly (Estimate & { readonly k: number })[];
  /** Mean over tasks of the best reward among their samples; null where nothing could be graded. */
  readonly bestReward: number | null;
}

/** Samples `samples` responses to each task, grades them, and estimates Pass@k. The policy is left alone. */
export async function measurePassAtK(
  sampler: Parameters<typeof sampleAndGrade>[0],
  tasks: readonly Task[],
  key: Key,
  options: EvaluateOptions,
): Promise<PassAtK> {
  const responses = await sampleAndGrade(sampler, tasks, key, options);
  const rewards = responses.map((own) => own.flatMap(({ reward }) => (reward === null ? [] : [reward])));
  const counts = rewards.map(countOf);
  const best = rewards.flatMap((own) => (own.length === 0 ? [] : [Math.max(...own)]));
  return {
    responses,
    at: toldBudgets(options.samples).map((k) => ({ k, ...meanPassAtK(counts, k) })),
    bestReward: meanOrNull(best),
  };
}

const countOf = (rewards: readonly number[]): PassCount => ({
  graded: rewards.length,
  passed: rewards.filter((reward) => reward >= 1 - rewardTolerance).length,
});
