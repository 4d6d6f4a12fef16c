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
 * The step is a generator that yields after each phase, so that a page can stop between two of them.
 */
import type { BoundChain } from "../analysis/bound";
import { deriveKey, RandomStream, type Key } from "../kernels/random/random";
import type { ChatMessage } from "../policy/chat_message";
import type { ChatCodec, Rollout, TrainablePolicy } from "../policy/policy";
import type { Grader } from "../rubric/grader";
import type { Task, Verdict } from "../rubric/schema";
import { groupRows } from "./advantage";
import { scoringTemperature, type MethodConfig } from "./config";
import type { Group, Revision, Sample } from "./group";
import { acceptRevision, remainingRollouts, selectDrafts } from "./hindsight";
import { boundOfEach } from "./measure_bound";
import { revisionContext } from "./revision_context";
import { rubricReward } from "./reward";
import { transferAfter, transferBefore, type Transfer } from "./transfer";
import { updatePolicy, type Update } from "./update";

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

/** The world and the model that a step works with. */
export interface Learner {
  readonly policy: TrainablePolicy;
  readonly codec: ChatCodec;
  readonly grader: Grader;
  /** The conversation that asks for a revision of `draft`: equation (6) in the model's own words. */
  revisionMessages(task: Task, draft: string, verdicts: readonly Verdict[]): readonly ChatMessage[];
}

/** What a step has found so far; fields fill up phase by phase. */
export interface StepState {
  readonly phase: Phase;
  readonly groups: readonly Group[];
  readonly update: Update | null;
  /** Null when there is no revision to measure it on, or it was not asked for. */
  readonly transfer: Transfer | null;
  /** The chain of (13) of each group, before the update; null unless the step is analysed. */
  readonly bound: readonly (BoundChain | null)[] | null;
}

/** Tells of tokens as they are sampled: the group, the sample in it, and whether it is a revision. */
export type TokenListener = (
  source: "rollout" | "revision",
  group: number,
  sample: number,
  id: number,
) => void;

/** Tells of verdicts as responses are graded: the group, the response's index in it, and whether it is a revision. */
export type VerdictListener = (
  source: "rollout" | "revision",
  group: number,
  index: number,
  verdicts: readonly Verdict[],
) => void;

export interface StepOptions {
  readonly signal?: AbortSignal;
  readonly onToken?: TokenListener;
  readonly onVerdicts?: VerdictListener;
  /** Take per-sample gradients, for the bound and for transfer to first order. Changes nothing else. */
  readonly analyze?: boolean;
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
  let groups: readonly Group[] = tasks.map((task) => emptyGroup(learner, task));
  const state = (phase: Phase): StepState => ({
    ...{ phase, groups, update: null, transfer: null, bound: null },
  });

  const rollouts = await sampleRollouts(learner, groups, config, key, options);
  groups = groups.map((group, g) => ({
    ...group,
    rollouts: rollouts[g].map((rollout) => ungraded(learner, rollout)),
  }));
  yield state("sample");

  groups = await Promise.all(
    groups.map(async (g, i) => ({
      ...g,
      rollouts: await gradeAll(learner, g.task, g.rollouts, "rollout", i, options),
    })),
  );
  yield state("grade");

  groups = groups.map((g, i) => ({
    ...g,
    drafts: selectDrafts(g.rollouts, config.hindsight, stream("drafts", i)),
  }));
  yield state("select");

  groups = await sampleRevisions(learner, groups, config, key, options);
  yield state("revise");

  groups = await Promise.all(
    groups.map(async (g, i) => ({
      ...g,
      revisions: await gradeAll(learner, g.task, g.revisions, "revision", i, options),
    })),
  );
  groups = groups.map((g) => ({
    ...g,
    joined: acceptRevision(g.revisions, g.rollouts, config.hindsight.accept),
  }));
  yield state("regrade");

  groups = groups.map((g, i) => {
    const taking = remainingRollouts(g.rollouts, g.joined !== null, config.hindsight.join, stream("join", i));
    return { ...g, rows: groupRows(g.rollouts, taking, g.revisions, g.joined, config) };
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

const emptyGroup = (learner: Learner, task: Task): Group => ({
  task,
  prompt: learner.codec.encode([{ role: "user", content: task.prompt }]),
  rollouts: [],
  drafts: [],
  revisions: [],
  droppedPrompts: 0,
  joined: null,
  rows: [],
});

const ungraded = ({ codec }: Learner, rollout: Rollout): Sample => ({
  rollout,
  text: codec.decode(rollout.ids),
  verdicts: [],
  reward: null,
});

async function gradeAll<S extends Sample>(
  { grader }: Learner,
  task: Task,
  samples: readonly S[],
  source: "rollout" | "revision",
  group: number,
  { signal, onVerdicts }: StepOptions,
): Promise<S[]> {
  return Promise.all(
    samples.map(async (sample, index) => {
      const verdicts = await grader.grade(task, sample.text, signal);
      onVerdicts?.(source, group, index, verdicts);
      return { ...sample, verdicts, reward: rubricReward(task.rubric, verdicts) };
    }),
  );
}

/** Equation (3): N responses per instruction. */
async function sampleRollouts(
  { policy }: Learner,
  groups: readonly Group[],
  { rollouts, temperature, maxNewTokens }: MethodConfig,
  key: Key,
  { signal, onToken }: StepOptions,
): Promise<Rollout[][]> {
  const requests = groups.map(({ prompt }, g) => ({
    prompt,
    samples: rollouts,
    key: deriveKey(key, "rollouts", g),
  }));
  return policy.sample(requests, {
    ...{ temperature, maxNewTokens, signal },
    onToken: (group, sample, id) => onToken?.("rollout", group, sample, id),
  });
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
