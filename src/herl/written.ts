import { HerlError } from "../errors";
import { deriveKey, type Key } from "../kernels/random/random";
import type { ChatCodec, Policy, Tree } from "../policy/policy";
import type { ChatMessage } from "../policy/chat_message";
import type { Grader } from "../rubric/grader";
import type { Task, Verdict } from "../rubric/schema";
import { scoringTemperature, type MethodConfig } from "./config";
import { ungraded, type Group, type Sample } from "./group";

/** A response that somebody else wrote. */
interface Written {
  readonly origin: NonNullable<Sample["origin"]>;
  readonly text: string;
  /** The draft that it revises, where it is no answer. */
  readonly draft?: string;
}

/** A draft that misses something, and what a good revision makes of it. */
export interface RevisionPair {
  readonly draft: string;
  readonly revision: string;
}

/** Pairs of a task, at most `count`, drawn from `key`; none where nobody wrote any. */
export type RevisionPairs = (task: Task, count: number, key: Key) => readonly RevisionPair[];

/** Good responses to a task, at most `count`, drawn from `key`; none where nobody wrote any. */
export type References = (task: Task, count: number, key: Key) => readonly string[];

/**
 * The responses that a group trains on: references for SFT, the reference and the rejected one for DPO, revisions of
 * drafts for the warm-up. Throws REFERENCES_MISSING where there are none.
 */
function writtenFor(
  task: Task,
  { references, revisionPairs }: Pick<Writer, "references" | "revisionPairs">,
  { objective, rollouts }: Pick<MethodConfig, "objective" | "rollouts">,
  key: Key,
): Written[] {
  if (objective.references === "revisions") {
    const pairs = revisionPairs?.(task, rollouts, key) ?? [];
    if (pairs.length === 0)
      throw writtenMissing(`No draft and revision were written for the task ${task.id}`);
    return pairs.map(({ draft, revision }) => ({ origin: "reference", text: revision, draft }));
  }
  const isPair = objective.loss === "preference";
  const good = references?.(task, isPair ? 1 : rollouts, key) ?? [];
  if (good.length === 0) throw writtenMissing(`No response was written for the task ${task.id}`);
  const written = good.map((text): Written => ({ origin: "reference", text }));
  if (!isPair) return written;
  if (task.rejected === undefined) throw writtenMissing(`The task ${task.id} has no rejected response`);
  return [...written, { origin: "rejected", text: task.rejected }];
}

/** Raised where nobody wrote what the method is to train on. */
export const writtenMissing = (what: string) =>
  new HerlError(
    "REFERENCES_MISSING",
    what,
    "Add `reference` (for DPO on a file and for the warm-up also `rejected`) to the tasks of the file, train on another world, or choose a method that samples",
  );

/**
 * The written responses of every group as ungraded samples: their tokens with the one that ends them, and what the
 * policy thinks of each token, which no one sampled. Rejects with CONTEXT_TOO_LONG where one does not fit, and with
 * REFERENCES_MISSING.
 */
export async function scoreWritten(
  learner: Writer,
  groups: readonly Group[],
  config: MethodConfig,
  key: Key,
  signal?: AbortSignal,
): Promise<Sample[][]> {
  const jobs = (
    await Promise.all(
      groups.map(({ task }, g) => {
        const written = writtenFor(task, learner, config, deriveKey(key, "references", g));
        return Promise.all(written.map((response) => jobOf(learner, task, g, response, signal)));
      }),
    )
  ).flat();
  // Answers share their group's prompt; a revision has a context of its own.
  const answers = groups.map(({ prompt }, g) => ({
    ...{ prompt, jobs: jobs.filter(({ group, context }) => group === g && !context) },
  }));
  const revisions = jobs.flatMap((job) => (job.context ? [{ prompt: job.context, jobs: [job] }] : []));
  const planned = [...answers, ...revisions].filter((tree) => tree.jobs.length > 0);
  const trees = planned.map((tree): Tree => ({ ...tree, branches: tree.jobs.map(({ ids }) => ids) }));
  const scores = await learner.policy.score(trees, { temperature: scoringTemperature(config), signal });
  const samples = new Map(
    planned.flatMap((tree, t) =>
      tree.jobs.map((job, branch): [Job, Sample] => {
        const { ids, origin, context } = job;
        const rollout = { ids, ...scores[t][branch], finish: "stop" } as const;
        return [job, { ...ungraded(learner, rollout), origin, ...(context && { context }) }];
      }),
    ),
  );
  return groups.map((_, g) => jobs.filter(({ group }) => group === g).map((job) => samples.get(job)!));
}

/** What written responses are scored with. */
export interface Writer {
  readonly policy: Policy;
  readonly codec: ChatCodec;
  readonly grader: Grader;
  revisionMessages(task: Task, draft: string, verdicts: readonly Verdict[]): readonly ChatMessage[];
  readonly references?: References;
  readonly revisionPairs?: RevisionPairs;
}

/** A written response on its way to be scored. */
interface Job {
  readonly group: number;
  readonly origin: NonNullable<Sample["origin"]>;
  readonly ids: readonly number[];
  /** Instead of the group's prompt: the instruction, the draft, and what the draft misses. */
  readonly context?: readonly number[];
}

async function jobOf(
  { codec, grader, revisionMessages }: Writer,
  task: Task,
  group: number,
  { origin, text, draft }: Written,
  signal?: AbortSignal,
): Promise<Job> {
  const job = { group, origin, ids: codec.encodeResponse(text) };
  if (draft === undefined) return job;
  const verdicts = await grader.grade(task, draft, signal);
  return { ...job, context: codec.encode(revisionMessages(task, draft, verdicts)) };
}
