/**
 * A published experiment as data: `experiments/NAME/experiment.json` says what is run and what is claimed,
 * `results.jsonl` holds what came out of each of its units, `summary.json` what follows from them.
 */
import type { Variant } from "../herl/config";
import type { EvaluationRow } from "../runs/evaluate";
import type { Estimate } from "../analysis/statistics/estimate";

export type { Estimate };

export const experimentFormat = 1;

/** `experiment.json`. */
export interface Experiment {
  readonly format: typeof experimentFormat;
  /** The folder's name. */
  readonly name: string;
  readonly title: string;
  /** What a reader wants to know, in one sentence. */
  readonly question: string;
  /** What the paper says about it, and where; `numbers` names a table or figure of `paper.json`. */
  readonly paper: { readonly says: string; readonly where: string; readonly numbers?: string };
  /** What we expect in small, and why; written before it is run. */
  readonly expectation: string;
  /** The experiment whose runs these are: its parts hold all units, and its `results.jsonl` is read. */
  readonly resultsOf?: string;
  readonly parts: readonly Part[];
  readonly claims: readonly Claim[];
}

/** Units that differ in nothing but arm, model and seed: paired by model and seed. */
export interface Part {
  readonly name: string;
  readonly preset: string;
  /** Updates of its arms. */
  readonly steps: number;
  readonly models: readonly string[];
  readonly seeds: readonly number[];
  /** Settings of all arms, by key (`optimizer.learningRate`). */
  readonly settings?: Settings;
  readonly arms: readonly Arm[];
  /** What is asked of the policy at the end. */
  readonly probes?: readonly Probe[];
}

export type Settings = Readonly<Record<string, unknown>>;

/** One side of a comparison. */
export interface Arm {
  readonly name: string;
  readonly method: Variant;
  readonly settings?: Settings;
  /** Updates where they are not the part's; 0 is the base model as it is. */
  readonly steps?: number;
  /** The learning rate that `experiments/tuning` found best for this method on this preset. */
  readonly rate?: "tuned";
  /** The arm of the same part whose adapter this one starts from (the same model and seed). */
  readonly after?: string;
}

/** A measurement of a policy that trains nothing. */
export type Probe =
  /** Unbiased Pass@k for k = 1, 2, 4 … `samples`, mean and best reward. */
  | {
      readonly kind: "passAtK";
      readonly split: "heldout" | "close" | "ood";
      readonly tasks: number;
      readonly samples: number;
    }
  /** PassRate@1 … k and tokens of each strategy on the same tasks. */
  | {
      readonly kind: "explore";
      readonly split: "heldout" | "close" | "ood";
      readonly tasks: number;
      readonly attempts: number;
    }
  /** Guided refinement over rounds, beside Pass@k at the same number of responses. */
  | {
      readonly kind: "refine";
      readonly split: "heldout" | "close" | "ood";
      readonly tasks: number;
      readonly rounds: number;
    };

/**
 * What is claimed, as a comparison of two arms over paired units. `measure` is a number of a unit (`measures.ts`), for
 * instance `heldout.reward`, `auc.heldout.reward`, `passAtK.heldout.8`, `explore.guided.4`.
 */
export interface Claim {
  readonly id: string;
  /** "HeRL ends above RLVR on unseen instructions." */
  readonly text: string;
  readonly part: string;
  readonly measure: string;
  /** Arms by name; within one arm, `measure` and `against` are compared instead. */
  readonly arms: readonly [string, string];
  /** The measure of the second arm where it is another one. */
  readonly against?: string;
  /** What the paper would have the difference be (first minus second). */
  readonly paper: "above" | "below" | "equal";
  /** For `equal`: a difference of at most this much, in the measure's own unit, counts as none. */
  readonly margin?: number;
}

/** One line of `results.jsonl`: what came out of one unit. */
export interface UnitResult {
  /** SHA-256 over everything that decides the unit: configuration, updates, model file, probes, digest version. */
  readonly key: string;
  readonly part: string;
  readonly arm: string;
  readonly model: string;
  readonly seed: number;
  readonly code_version: string;
  /** The run's digest at its end, with the probes' numbers; and after each update at which it was evaluated. */
  readonly digest: string;
  readonly digests: Readonly<Record<string, string>>;
  /** Processor seconds, for information. */
  readonly seconds: number;
  /**
   * Columns of `metrics.jsonl`, `step` first: one point an update, thinned to 24 or so (updates with an evaluation stay),
   * fractions rounded to five digits. Columns that are null throughout are left out.
   */
  readonly curve: Readonly<Record<string, readonly (number | null)[]>>;
  /** Without what is told by verifier and by task. */
  readonly evaluations: readonly Omit<EvaluationRow, "by_id" | "solved">[];
  /** By kind and split, for instance `passAtK.heldout.8`. */
  readonly probes: Readonly<Record<string, number>>;
}

/**
 * `agree`: significant (adjusted p below 0.05), in the paper's direction; `disagree`: significant, against it; else
 * `undecided`. Where the paper says `equal`: `agree` if the interval lies within the margin, `disagree` if it lies outside of
 * it and the difference is significant.
 */
export type Verdict = "agree" | "disagree" | "undecided";

export interface ClaimResult {
  readonly id: string;
  readonly first: Estimate;
  readonly second: Estimate;
  /** First minus second, over pairs; the mean is null as long as there is no pair. */
  readonly difference: Estimate;
  /** The same by the percentile bootstrap, which assumes no distribution. */
  readonly bootstrap: { readonly low: number | null; readonly high: number | null };
  /** Two-sided sign-flip test, and after Holm's correction over the experiment's claims. */
  readonly p: number;
  readonly adjusted: number;
  readonly verdict: Verdict;
}

/** `summary.json`. */
export interface Summary {
  readonly format: typeof experimentFormat;
  readonly name: string;
  /** Units done, and units there are. */
  readonly done: number;
  readonly units: number;
  readonly responses: number;
  readonly tokens: number;
  readonly core_minutes: number;
  /** Of the code that made the results, in order. */
  readonly code_versions: readonly string[];
  /** By part, arm and measure. */
  readonly arms: readonly {
    readonly part: string;
    readonly arm: string;
    readonly measures: Readonly<Record<string, Estimate>>;
  }[];
  readonly claims: readonly ClaimResult[];
}
