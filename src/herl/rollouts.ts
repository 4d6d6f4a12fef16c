import { deriveKey, type Key } from "../kernels/random/random";
import type { Task } from "../rubric/schema";
import type { MethodConfig } from "./config";
import { emptyGroup, ungraded, type Group, type Sample } from "./group";
import type { Learner } from "./learner";
import { rubricReward } from "./reward";
import { memberRequests, scaffoldsOf } from "./scaffold";
import type { StepOptions } from "./step_options";

/**
 * Equation (3): N responses per instruction, by group. Group g draws from `keys[g]`. With a scaffold, members of a group
 * are sampled after prompts of their own (`scaffold.ts`), and their samples say which.
 */
export async function sampleRollouts(
  learner: Learner,
  groups: readonly Group[],
  { rollouts, temperature, maxNewTokens, scaffold }: MethodConfig,
  keys: readonly Key[],
  { signal, onToken, step = 1 }: StepOptions,
): Promise<Sample[][]> {
  const scaffolds = groups.map(({ task }, g) =>
    scaffoldsOf(learner, task, { members: rollouts, step, key: deriveKey(keys[g], "scaffold") }, scaffold),
  );
  // A request of many samples stands for the first members of its group, one of many requests for one of them.
  const jobs = groups.flatMap(({ prompt }, group) =>
    memberRequests(prompt, scaffolds[group], keys[group]).map((request, member) => ({
      request,
      group,
      member,
    })),
  );
  const sampled = await learner.policy.sample(
    jobs.map(({ request }) => request),
    {
      ...{ temperature, maxNewTokens, signal },
      onToken: (job, sample, id) => onToken?.("rollout", jobs[job].group, jobs[job].member + sample, id),
    },
  );
  return groups.map((_, g) =>
    sampled
      .filter((_, job) => jobs[job].group === g)
      .flat()
      .map((rollout, member) => ({ ...ungraded(learner, rollout), ...scaffolds[g][member] })),
  );
}

/** Samples with the verdicts on them and their rewards; `onVerdicts` hears of each as it comes. */
export async function gradeAll<S extends Sample>(
  { grader }: Pick<Learner, "grader">,
  task: Task,
  samples: readonly S[],
  source: "rollout" | "revision",
  group: number,
  { signal, onVerdicts }: Pick<StepOptions, "signal" | "onVerdicts">,
): Promise<S[]> {
  return Promise.all(
    samples.map(async (sample, index) => {
      const verdicts = await grader.grade(task, sample.text, signal);
      onVerdicts?.(source, group, index, verdicts);
      return { ...sample, verdicts, reward: rubricReward(task.rubric, verdicts) };
    }),
  );
}

/** The groups of other instructions, sampled and graded. Nobody hears of their tokens: they may come to nothing. */
export async function sampleFresh(
  learner: Learner,
  tasks: readonly Task[],
  config: MethodConfig,
  keys: readonly Key[],
  { signal, step }: StepOptions,
): Promise<Group[]> {
  const groups = tasks.map((task) => emptyGroup(learner, task));
  const sampled = await sampleRollouts(learner, groups, config, keys, { signal, step });
  return Promise.all(
    groups.map(async (group, g) => ({
      ...group,
      rollouts: await gradeAll(learner, group.task, sampled[g], "rollout", g, { signal }),
    })),
  );
}
