import { decimal, percent, significant } from "../../figures/format";
import { mainCurves, moreCurves } from "../update/curve_specs";

/** Something that is drawn over the course of runs. */
export interface ComparedMetric {
  /** For links: a metric's own name, or `heldout.reward`. */
  readonly id: string;
  readonly label: string;
  readonly meaning: string;
  readonly atLeast: readonly [number, number];
  readonly format: (value: number) => string;
  /** A number of evaluations; null for a column of the updates. */
  readonly evaluated: { readonly split: string; readonly field: string } | null;
}

const splits = { heldout: "held-out", close: "new words", ood: "other families" } as const;
const fields = {
  reward: { word: "reward", format: (value: number) => decimal(value, 3) },
  all_met: { word: "all met", format: percent },
} as const;

const evaluated = (split: keyof typeof splits, field: keyof typeof fields): ComparedMetric => ({
  id: `${split}.${field}`,
  label: `${splits[split]}: ${fields[field].word}`,
  meaning:
    field === "reward"
      ? `Mean reward on ${splits[split]} instructions`
      : `Share of responses to ${splits[split]} instructions that meet every item`,
  atLeast: [0, field === "reward" ? 0.5 : 0.2],
  format: fields[field].format,
  evaluated: { split, field },
});

const perplexity: ComparedMetric = {
  ...{ id: "plain.perplexity", label: "perplexity of plain text", atLeast: [1, 2] },
  meaning: "How surprised the policy is by texts of its own world: what it has forgotten",
  format: (value) => significant(value),
  evaluated: { split: "plain", field: "perplexity" },
};

/** Every metric that can be compared, held-out reward first. */
export const comparedMetrics: readonly ComparedMetric[] = [
  evaluated("heldout", "reward"),
  ...[...mainCurves, ...moreCurves].map(({ metric, label, meaning, atLeast, format }) => ({
    ...{ id: metric, label, meaning, atLeast, format, evaluated: null },
  })),
  evaluated("heldout", "all_met"),
  evaluated("close", "reward"),
  evaluated("ood", "reward"),
  perplexity,
];

/** What is shown before anything is chosen. */
export const firstMetrics = ["heldout.reward", "reward", "entropy", "completions/mean_length"];

/** What the x axis can count. */
export const axes = {
  step: { label: "updates", column: "step" },
  responses: { label: "responses", column: "responses" },
  tokens: { label: "tokens", column: "num_tokens" },
  calls: { label: "judge calls", column: "judge_calls" },
  seconds: { label: "seconds", column: "seconds" },
} as const;

export type Axis = keyof typeof axes;
