import type { Group, Sample } from "../herl/group";
import type { StepState } from "../herl/trainer";

/** One line of `rollouts.jsonl`: a response with everything that became of it. */
export interface RolloutRecord {
  readonly step: number;
  readonly group: number;
  readonly task: string;
  readonly prompt: string;
  /** `draft` is a rollout that was revised; `reference` and `rejected` were written by somebody else. */
  readonly role: "rollout" | "draft" | "revision" | "reference" | "rejected";
  readonly index: number;
  /** For a revision, the index of the rollout that it revises. */
  readonly draft?: number;
  /** For a revision, whether it joined the group. */
  readonly joined?: boolean;
  /** For a draft that was replayed, the edited instruction: nothing was generated. */
  readonly replayedAfter?: string;
  /** Indices of the items that its scaffold showed; absent without one. */
  readonly shown?: readonly number[];
  readonly text: string;
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
  readonly entropies: readonly number[];
  readonly finish: "stop" | "length";
  readonly verdicts: readonly string[];
  readonly reward: number | null;
  readonly bonus: number;
  /** The soft overlong penalty, where there is one. */
  readonly overlong?: number;
  /** Where each scored segment ends, in tokens, and the scores in [0, 1]; null for what could not be scored. */
  readonly segments?: readonly number[];
  readonly scores?: readonly number[] | null;
  /** Null for a response that was not trained on. */
  readonly advantage: number | null;
}

export const rolloutRecords = ({ groups }: StepState, step: number): RolloutRecord[] =>
  groups.flatMap((group, g) => [
    ...group.rollouts.map((sample, index) => recordOf(group, g, sample, "rollout", index, step)),
    ...group.revisions.map((sample, index) => ({
      ...recordOf(group, g, sample, "revision", index, step),
      draft: sample.draft,
      joined: group.joined === index,
      ...(sample.replayed && { replayedAfter: sample.replayed.task.prompt }),
    })),
  ]);

function recordOf(
  group: Group,
  g: number,
  { rollout, text, verdicts, reward, shown, origin, process }: Sample,
  source: "rollout" | "revision",
  index: number,
  step: number,
): RolloutRecord {
  const row = group.rows.find((r) => r.source === source && r.index === index);
  return {
    ...{ step, group: g, task: group.task.id, prompt: group.task.prompt, index, text },
    role: origin ?? (source === "rollout" && group.drafts.includes(index) ? "draft" : source),
    ids: rollout.ids,
    logprobs: [...rollout.logprobs],
    entropies: [...rollout.entropies],
    finish: rollout.finish,
    verdicts: verdicts.map((verdict) =>
      verdict.status === "unknown" ? `unknown: ${verdict.reason}` : verdict.status,
    ),
    reward,
    bonus: row?.bonus ?? 0,
    ...(row?.overlong && { overlong: row.overlong }),
    ...(shown && { shown }),
    ...(process && { segments: process.segments.map(({ end }) => end), scores: process.scores }),
    advantage: row?.advantage ?? null,
  };
}
