import type { MetricsRow } from "../runs/metrics";
import type { UnitResult } from "./experiment";

/** Columns of `metrics.jsonl` that results keep, besides whole groups of them. */
const kept = [
  ...["step", "responses", "num_tokens", "judge_calls", "step_time"],
  ...["reward", "all_met", "frac_reward_zero_std", "entropy", "kl", "loss", "grad_norm"],
  ...["completions/mean_length", "completions/clipped_ratio", "clip_ratio/region_mean"],
];
const keptGroups = [
  "hindsight/",
  "collapse/",
  "process/",
  "sampling/",
  "scaffold/",
  "preference/",
  "rewards/",
];

/** Enough for a curve, and small enough for hundreds of runs in one repository. */
const points = 24;

/**
 * The columns of a run's metrics that results keep, one point an update; of long runs about 24 points: every so many
 * updates, those with an evaluation and the last. Fractions are rounded to five digits; columns of nulls are left out.
 */
export function thinCurve(metrics: readonly MetricsRow[], evaluateEvery: number): UnitResult["curve"] {
  const stride = Math.ceil(metrics.length / points);
  const rows = metrics.filter(
    ({ step }) =>
      step % stride === 0 ||
      (evaluateEvery > 0 && step % evaluateEvery === 0) ||
      step === metrics[metrics.length - 1].step,
  );
  const names = [...new Set(metrics.flatMap((row) => Object.keys(row)))].filter(
    (name) => kept.includes(name) || keptGroups.some((group) => name.startsWith(group)),
  );
  const columns = names.map((name): [string, (number | null)[]] => [
    name,
    rows.map((row) => {
      const value = row[name];
      return typeof value === "number" ? rounded(value) : null;
    }),
  ]);
  return Object.fromEntries(columns.filter(([, values]) => values.some((value) => value !== null)));
}

const rounded = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(5)));
