import type { Group, Sample } from "../herl/group";
import type { StepState } from "../herl/trainer";

/** One line of `rollouts.jsonl`: a response with everything that became of it. */
export interface RolloutRecord {
  readonly step: number;
  readonly group: number;
  readonly task: string;
  readonly prompt: string;
  /** `draft` is a rollout that was revised. */
  readonly role: "rollout" | "draft" | "revision";
  readonly index: number;
  /** For a revision, the index of the rollout that it revises. */
  readonly draft?: number;
  /** For a revision, whether it joined the group. */
  readonly joined?: boolean;
  readonly text: string;
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
  readonly entropies: readonly number[];
  readonly finish: "stop" | "length";
  readonly verdicts: readonly string[];
  readonly reward: number | null;
  readonly bonus: number;
  /** Null for a response that was not trained on. */
  readonly advantage: number | null;
}

/** One line of `failures.jsonl`: what the best response to a task left unmet, or what could not be graded. */
export interface FailureRecord {
  readonly step: number;
  readonly task: string;
  /** The highest reward of the group, revisions included. */
  readonly reward: number | null;
  readonly unmet: readonly string[];
  /** Reasons of grades that are unknown, over the whole group. */
  readonly unknown: readonly string[];
}

export const rolloutRecords = ({ groups }: StepState, step: number): RolloutRecord[] =>
  groups.flatMap((group, g) => [
    ...group.rollouts.map((sample, index) => recordOf(group, g, sample, "rollout", index, step)),
    ...group.revisions.map((sample, index) => ({
      ...recordOf(group, g, sample, "revision", index, step),
      draft: sample.draft,
      joined: group.joined === index,
    })),
  ]);

function recordOf(
  group: Group,
  g: number,
  { rollout, text, verdicts, reward }: Sample,
  source: "rollout" | "revision",
  index: number,
  step: number,
): RolloutRecord {
  const row = group.rows.find((r) => r.source === source && r.index === index);
  return {
    ...{ step, group: g, task: group.task.id, prompt: group.task.prompt, index, text },
    role: source === "rollout" && group.drafts.includes(index) ? "draft" : source,
    ids: rollout.ids,
    logprobs: [...rollout.logprobs],
    entropies: [...rollout.entropies],
    finish: rollout.finish,
    verdicts: verdicts.map((verdict) =>
      verdict.status === "unknown" ? `unknown: ${verdict.reason}` : verdict.status,
    ),
    reward,
    bonus: row?.bonus ?? 0,
    advantage: row?.advantage ?? null,
  };
}

/** One record per task that no response of its group satisfied whole. */
export const failureRecords = ({ groups }: StepState, step: number): FailureRecord[] =>
  groups.flatMap(({ task, rollouts, revisions }) => {
    const samples: readonly Sample[] = [...rollouts, ...revisions];
    const best = samples.reduce((top, sample) => ((sample.reward ?? -1) > (top.reward ?? -1) ? sample : top));
    const unknown = samples.flatMap(({ verdicts }) =>
      verdicts.flatMap((v) => (v.status === "unknown" ? [v.reason] : [])),
    );
    const unmet = task.rubric.flatMap(({ text }, i) => (best.verdicts[i]?.status === "unmet" ? [text] : []));
    if (unmet.length === 0 && unknown.length === 0) return [];
    return [{ step, task: task.id, reward: best.reward, unmet, unknown: [...new Set(unknown)] }];
  });
