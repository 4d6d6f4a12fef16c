/**
 * One update of HeRL, top to bottom. The paper (section 3): sample a group of responses, grade them against the
 * rubric, show the policy its best failure with what it missed, let it revise, let the best revision join the group,
 * and train on both. Where we differ, or the paper is silent:
 *
 * - a revision joins only if it is at least as good as its draft (`accept`; the paper always lets it join);
 * - a group is revised only if none of its responses passed, and then one draft (`rewriteWhen`, `maxRevisions`);
 * - a sample with an unknown grade leaves the group, and is counted; it never gets a reward of 0;
 * - tokens are trained as they were sampled, never decoded and encoded again, and no end token is added to a
 *   response that was cut off (the published code does both).
 *
 * What other methods put in HeRL's place has files of its own: rollouts after a scaffold (`scaffold.ts`), groups that are
 * replaced (`dynamic.ts`), instructions that are edited (`instruction_edit.ts`).
 *
 * The step is a generator that yields after each phase, so that a page can stop between two of them.
 */
import type { BoundChain } from "../analysis/bound";
import { deriveKey, RandomStream, type Key } from "../kernels/random/random";
import type { Task } from "../rubric/schema";
import { scoringTemperature, usesWritten, type MethodConfig } from "./config";
import { isWasted, replaceWasted } from "./dynamic";
import { emptyGroup, ungraded, type Group, type Revision } from "./group";
import { acceptRevision, remainingRollouts, selectDrafts } from "./hindsight";
import { gradeReplays, replayDrafts } from "./instruction_edit";
import type { Learner } from "./learner";
import { boundOfEach } from "./measure_bound";
import { scoreGroup, withScoreReward } from "./process";
import { revisionContext } from "./revision_context";
import { gradeAll, sampleFresh, sampleRollouts } from "./rollouts";
import { rowsOf } from "./rows";
import type { StepOptions } from "./step_options";
import { transferAfter, transferBefore, type Transfer } from "./transfer";
import { updatePolicy, type Update } from "./update";
import { scoreWritten } from "./written";

export const phases = [
  "sample",
  "grade",
  "select",
  "revise",
  "regrade",
  "advantage",
  "gradient",
  "update",
] as const;

export type Phase = (typeof phases)[number];

/** What a step has found so far; fields fill up phase by phase. */
export interface StepState {
  readonly phase: Phase;
  readonly groups: readonly Group[];
  /** Groups that dynamic sampling left out of the batch. */
  readonly discarded: readonly Group[];
  readonly update: Update | null;
  /** Null when there is no revision to measure it on, or it was not asked for. */
  readonly transfer: Transfer | null;
  /** The chain of (13) of each group, before the update; null unless the step is analysed. */
  readonly bound: readonly (BoundChain | null)[] | null;
}

/**
 * Runs one update on `tasks`, one group each, with random numbers from `key` alone. Yields after each phase. Aborted
 * before the optimiser's first step it rejects and the policy is as it was; from then on it runs to its end.
 */
export async function* trainStep(
  learner: Learner,
  tasks: readonly Task[],
  config: MethodConfig,
  key: Key,
  options: StepOptions = {},
): AsyncGenerator<StepState, StepState> {
  const { signal, analyze = false } = options;
  const stream = (...path: (string | number)[]) => new RandomStream(deriveKey(key, ...path));
  const keysOf = (places: readonly number[], ...path: (string | number)[]) =>
    places.map((place) => deriveKey(key, ...path, place));
  let groups: readonly Group[] = tasks.map((task) => emptyGroup(learner, task));
  let discarded: readonly Group[] = [];
  const state = (phase: Phase): StepState => ({
    ...{ phase, groups, discarded, update: null, transfer: null, bound: null },
  });

  const responses = usesWritten(config)
    ? await scoreWritten(learner, groups, config, key, signal)
    : await sampleRollouts(learner, groups, config, keysOf([...tasks.keys()], "rollouts"), options);
  groups = groups.map((group, g) => ({ ...group, rollouts: responses[g] }));
  yield state("sample");

  groups = await Promise.all(
    groups.map(async (g, i) => ({
      ...g,
      rollouts: await gradeAll(learner, g.task, g.rollouts, "rollout", i, options),
    })),
  );
  groups = await Promise.all(groups.map((g) => scoreGroup(learner, g, config.process, signal)));
  yield state("grade");

  const { freshTask } = options;
  for (let round = 1; freshTask && round <= config.sampling.dynamicRounds; round++) {
    const places = [...tasks.keys()].filter((place) => isWasted(groups[place], config));
    if (places.length === 0) break;
    const others = places.map((place) => freshTask(round, place));
    const fresh = await sampleFresh(learner, others, config, keysOf(places, "dynamic", round), options);
    const replaced = replaceWasted(groups, places, fresh, config);
    groups = replaced.groups;
    discarded = [...discarded, ...replaced.discarded];
    yield state("grade");
  }

  groups = groups.map((g, i) => ({
    ...g,
    drafts: selectDrafts(g.rollouts, config.hindsight, stream("drafts", i)),
  }));
  yield state("select");

  const isReplaying = config.hindsight.edit === "instruction";
  groups = isReplaying
    ? groups.map((g) => replayDrafts(learner, g))
    : await sampleRevisions(learner, groups, config, key, options);
  yield state("revise");

  groups = await Promise.all(
    groups.map(async (g, i) => ({
      ...g,
      revisions: isReplaying
        ? await gradeReplays(learner, g, signal)
        : await gradeAll(learner, g.task, g.revisions, "revision", i, options),
    })),
  );
  groups = groups.map((g) => ({
    ...g,
    joined: acceptRevision(g.revisions, g.rollouts, config.hindsight.accept),
  }));
  yield state("regrade");

  groups = groups.map((g, i) => {
    const rollouts = g.rollouts.map(withScoreReward);
    const taking = remainingRollouts(rollouts, g.joined !== null, config.hindsight.join, stream("join", i));
    return { ...g, rows: rowsOf({ ...g, rollouts }, taking, config) };
  });
  yield state("advantage");

  const updates = updatePolicy(learner.policy, groups, config, signal);
  const gradient = (await updates.next()).value!;
  const scoring = { temperature: scoringTemperature(config), signal, gradients: analyze };
  const before = config.measureTransfer
    ? await transferBefore(learner.policy, groups, gradient.rows, scoring)
    : null;
  const bound = analyze ? await boundOfEach(learner.policy, groups, scoring) : null;
  yield { ...state("gradient"), update: gradient, bound };

  let update = gradient;
  for await (const later of updates) update = later;
  const transfer = before && (await transferAfter(learner.policy, before));
  const done = { ...state("update"), update, transfer, bound };
  yield done;
  return done;
}

/**
 * Equation (6): one revision of each chosen draft. A prompt that leaves no room, or a draft that the chat template
 * cannot carry, is dropped and counted.
 */
async function sampleRevisions(
  learner: Learner,
  groups: readonly Group[],
  { temperature, maxNewTokens }: MethodConfig,
  key: Key,
  { signal, onToken }: StepOptions,
): Promise<Group[]> {
  const { policy } = learner;
  const jobs = groups.flatMap(({ task, rollouts, drafts }, group) =>
    drafts.flatMap((draft, i) => {
      const context = revisionContext(learner, task, rollouts[draft]);
      return context ? [{ group, draft, context, key: deriveKey(key, "revisions", group, i) }] : [];
    }),
  );
  const fitting = jobs.filter(({ context }) => context.length < policy.contextLength);
  const requests = fitting.map(({ context, key }) => ({ prompt: context, samples: 1, key }));
  const sampled = await policy.sample(requests, {
    ...{ temperature, maxNewTokens, signal },
    onToken: (request, _sample, id) =>
      onToken?.("revision", fitting[request].group, fitting[request].draft, id),
  });
  return groups.map((group, g): Group => {
    const revisions = fitting.flatMap(({ group: of, draft, context }, i): Revision[] =>
      of === g ? [{ ...ungraded(learner, sampled[i][0]), draft, context }] : [],
    );
    return { ...group, revisions, droppedPrompts: group.drafts.length - revisions.length };
  });
}
