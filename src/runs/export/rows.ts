import type { Task } from "../../rubric/schema";
import type { MetricsRow } from "../metrics";
import type { RolloutRecord } from "../records";

/** A conversation as both libraries take it. */
const asked = (prompt: string) => [{ role: "user", content: prompt }];
const answered = (text: string) => [{ role: "assistant", content: text }];

/**
 * A row of a TRL data set. Nested values of changing types are JSON strings: Arrow, which holds the columns, would fill
 * them up with nulls or refuse them.
 */
export const trlRow = ({ id, prompt, rubric }: Task) => ({
  ...{ id, prompt: asked(prompt) },
  instruction_id_list: rubric.flatMap(({ check }) => (check.by === "code" ? [check.verifier] : [])),
  kwargs: JSON.stringify(rubric.flatMap(({ check }) => (check.by === "code" ? [check.kwargs] : []))),
  rubric: JSON.stringify(rubric),
});

/** Where a row of a verl data set comes from. */
export interface VerlOrigin {
  readonly source: string;
  readonly split: "train" | "heldout";
  readonly index: number;
  /** A reference solution, which ExpRL scores responses against. */
  readonly solution?: string;
}

/** A row of a verl data set: the rubric, as a JSON string, is its ground truth. */
export const verlRow = ({ id, prompt, rubric }: Task, { source, split, index, solution }: VerlOrigin) => ({
  ...{ data_source: source, prompt: asked(prompt), ability: "instruction_following" },
  reward_model: { style: "rule", ground_truth: JSON.stringify({ rubric }) },
  extra_info: {
    ...{ split, index, id, question: prompt },
    ...(solution !== undefined && { solution }),
  },
});

/** One response of the run, with the rewards and advantages that it had there. */
export const rolloutRow = (record: RolloutRecord) => ({
  ...{ step: record.step, group: record.group, id: record.task, index: record.index },
  ...{ prompt: asked(record.prompt), completion: answered(record.text), finish_reason: record.finish },
  logp_sum: record.logprobs.reduce((sum, logprob) => sum + logprob, 0),
  verdicts: JSON.stringify(record.verdicts),
  ...{ reward: record.reward, bonus: record.bonus, advantage: record.advantage },
  is_hindsight: record.role === "revision",
  /** For a revision, the index of the rollout that it revises; whether it joined the group. */
  ...{ parent: record.draft ?? null, joined: record.joined ?? null, role: record.role },
});

/** What SFT imitates: the references of the run, one row each. */
export const completionRows = (records: readonly RolloutRecord[]) =>
  records.flatMap(({ role, prompt, text }) =>
    role === "reference" ? [{ prompt: asked(prompt), completion: answered(text) }] : [],
  );

/** What DPO compared: of each group that was trained on, the preferred response and the other one. */
export function pairRows(records: readonly RolloutRecord[]) {
  const groups = new Map<string, RolloutRecord[]>();
  for (const record of records) {
    const key = `${record.step}/${record.group}`;
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()].flatMap((group) => {
    const chosen = group.find(({ advantage }) => advantage !== null && advantage > 0);
    const rejected = group.find(({ advantage }) => advantage !== null && advantage < 0);
    if (!chosen || !rejected) return [];
    return [
      { prompt: asked(chosen.prompt), chosen: answered(chosen.text), rejected: answered(rejected.text) },
    ];
  });
}

/** By our metric, which is TRL's where TRL has it: verl's name of the same number. */
const verlNames: Readonly<Record<string, string>> = {
  reward: "critic/score/mean",
  entropy: "actor/entropy",
  kl: "actor/kl_loss",
  grad_norm: "actor/grad_norm",
  learning_rate: "actor/lr",
  "clip_ratio/region_mean": "actor/pg_clipfrac",
  "completions/mean_length": "response_length/mean",
  "completions/min_length": "response_length/min",
  "completions/max_length": "response_length/max",
  "completions/clipped_ratio": "response_length/clip_ratio",
};

/** A row of `metrics.jsonl` under both libraries' names. */
export const metricsRow = (row: MetricsRow): Readonly<Record<string, unknown>> => ({
  ...row,
  ...Object.fromEntries(
    Object.entries(verlNames).flatMap(([ours, theirs]) => (ours in row ? [[theirs, row[ours]]] : [])),
  ),
  "training/global_step": row.step,
});
