import { decimal, percent, significant, signed } from "../../figures/format";
import type { CollapseKind } from "../../analysis/collapse";
import type { CurveMetric } from "../state/curves";

/** A curve of the panel: what it shows and how its numbers are written. */
export interface CurveSpec {
  readonly metric: CurveMetric;
  readonly label: string;
  /** What the number is, in a sentence. */
  readonly meaning: string;
  readonly atLeast: readonly [number, number];
  readonly format: (value: number) => string;
  /** What evaluations measure of the same thing. */
  readonly evaluated?: "reward" | "all_met" | "kl";
  /** The collapse that is marked on it. */
  readonly collapse?: CollapseKind;
}

const plain = (value: number) => decimal(value);

export const mainCurves: readonly CurveSpec[] = [
  {
    metric: "reward",
    label: "reward",
    meaning: "Mean share of the rubric's weight that a response meets",
    atLeast: [0, 1],
    format: plain,
    evaluated: "reward",
    collapse: "reward",
  },
  {
    metric: "all_met",
    label: "all met",
    meaning: "Share of responses that meet every item",
    atLeast: [0, 1],
    format: percent,
    evaluated: "all_met",
  },
  {
    metric: "entropy",
    label: "entropy, nats/token",
    meaning: "How open the policy is about the next token",
    atLeast: [0, 0.5],
    format: plain,
    collapse: "entropy",
  },
  {
    metric: "hindsight/gain",
    label: "gain of a revision",
    meaning: "Reward of a revision less that of its draft",
    atLeast: [0, 0.5],
    format: (value) => signed(value),
  },
];

/** For runs that have a judge. */
export const judgeCurves: readonly CurveSpec[] = [
  {
    metric: "judge/unknown",
    label: "judge: unknown items",
    meaning: "Items of an update that the judge did not decide: their responses are left out",
    atLeast: [0, 4],
    format: (value) => decimal(value, 0),
  },
  {
    metric: "judge/tokens",
    label: "judge: tokens",
    meaning: "Tokens that the judge read and wrote in an update; kept answers cost none",
    atLeast: [0, 1000],
    format: (value) => decimal(value, 0),
  },
];

export const moreCurves: readonly CurveSpec[] = [
  {
    metric: "hindsight/gap",
    label: "hindsight gap, nats/token",
    meaning: "How much likelier a revision is with the hindsight in view",
    atLeast: [0, 0.5],
    format: (value) => signed(value),
  },
  {
    metric: "hindsight/transfer",
    label: "transfer",
    meaning: "Of what an update adds with the hindsight in view, how much arrives without it",
    atLeast: [0, 1],
    format: (value) => signed(value),
  },
  {
    metric: "gradient/desired_share",
    label: "desired share",
    meaning: "Of the mass pushed off failed tokens, what lands where a better response goes",
    atLeast: [0, 0.5],
    format: percent,
  },
  {
    metric: "gradient/positive_sampled",
    label: "A > 0 → sampled",
    meaning: "What sampled tokens gain; all others together lose as much",
    atLeast: [0, 0.1],
    format: (value) => significant(value, 2),
  },
  {
    metric: "gradient/negative_unsampled",
    label: "A < 0 → unsampled",
    meaning: "What is pushed off sampled tokens and diffuses over all others",
    atLeast: [0, 0.1],
    format: (value) => significant(value, 2),
  },
  {
    metric: "gradient/diffused_over",
    label: "spread over, tokens",
    meaning: "Effective count of the tokens that the diffused mass is spread over",
    atLeast: [0, 5],
    format: (value) => decimal(value, 1),
  },
  {
    metric: "grad_norm",
    label: "gradient norm",
    meaning: "Before it is clipped",
    atLeast: [0, 0.1],
    format: (value) => significant(value, 2),
  },
  {
    metric: "completions/mean_length",
    label: "length, tokens",
    meaning: "Mean length of a response",
    atLeast: [0, 40],
    format: (value) => decimal(value, 0),
    collapse: "length",
  },
  {
    metric: "kl",
    label: "KL to the start",
    meaning: "Estimate k3, where the objective has the term or evaluations score plain texts",
    atLeast: [0, 0.01],
    format: (value) => significant(value, 2),
    evaluated: "kl",
  },
];

/** For runs with dynamic sampling. */
export const discardedCurve: CurveSpec = {
  metric: "sampling/discarded_groups",
  label: "discarded groups",
  meaning: "Groups of an update without a spread of rewards, which other instructions took the place of",
  atLeast: [0, 4],
  format: (value) => decimal(value, 0),
};

/** For runs that score plain texts (`evaluation.plain`): a point an evaluation. */
export const plainCurve: CurveSpec = {
  metric: "perplexity",
  label: "perplexity of plain text",
  meaning: "How surprised the policy is by texts of its own world: what it forgets",
  atLeast: [1, 2],
  format: (value) => significant(value, 3),
};
