/**
 * The method's knobs: what the paper fixes, and the alternatives for what it leaves open. Defaults, ranges and
 * descriptions are in `runs/config.ts`, which is checked against these types.
 */

export interface MethodConfig {
  /** Instructions per update. */
  readonly groups: number;
  /** N, responses sampled per instruction. */
  readonly rollouts: number;
  readonly temperature: number;
  readonly maxNewTokens: number;
  readonly sampling: SamplingConfig;
  readonly scaffold: ScaffoldConfig;
  readonly hindsight: HindsightConfig;
  readonly bonus: BonusConfig;
  readonly advantage: AdvantageConfig;
  readonly objective: ObjectiveConfig;
  readonly preference: PreferenceConfig;
  readonly process: ProcessConfig;
  /** Updates per batch of responses. With one, every ratio is 1. */
  readonly updates: number;
  readonly optimizer: {
    readonly learningRate: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly weightDecay: number;
    readonly maxGradNorm: number;
  };
  /** Measure the hindsight gap and the transfer of every update (three more scorings of the revisions). */
  readonly measureTransfer: boolean;
}

/** Responses are trained under the distribution that they were sampled from; greedy ones (0) under the model's own. */
export const scoringTemperature = ({ temperature }: Pick<MethodConfig, "temperature">): number =>
  temperature === 0 ? 1 : temperature;

/** What DAPO adds to sampling and reward. */
export interface SamplingConfig {
  /** Dynamic sampling: fresh batches, at most, for groups whose rollouts are all rewarded alike; 0 keeps such groups. */
  readonly dynamicRounds: number;
  /** Soft overlong penalty: it grows from 0 to 1 over this many tokens before the longest response; 0 for none. */
  readonly overlongTokens: number;
}

/** RuscaRL's scaffold: part of the rubric in the prompt, more of it for some members of a group, less as time goes. */
export interface ScaffoldConfig {
  readonly enabled: boolean;
  /** Share of the training at which the scaffold has faded to half. */
  readonly start: number;
  /** How sharply it fades. */
  readonly steepness: number;
  /** Updates that count as the whole training. */
  readonly updates: number;
  /** Rollouts are trained after the instruction alone, or after the scaffolded prompt that they were sampled from. */
  readonly trained: "original" | "scaffolded";
}

export interface HindsightConfig {
  /** Revise at all. */
  readonly enabled: boolean;
  /** What hindsight edits: the answer (HeRL), or the instruction, down to what the answer satisfied (HiR). */
  readonly edit: "answer" | "instruction";
  /** Drafts revised per group, at most. */
  readonly maxRevisions: number;
  /** Revise a group only when none of its rollouts passed, or whenever one failed. */
  readonly rewriteWhen: "nonePassed" | "anyFailed";
  /** When the best revision joins, compared with its draft's reward. */
  readonly accept: "improveOrEqual" | "strict" | "always";
  /** How it joins the group. */
  readonly join: "append" | "replaceWorst" | "replaceRandom";
  /** Train it after the context that it was sampled from, or as if it had been sampled from the instruction. */
  readonly context: "kept" | "dropped";
  /** Its tokens' weight: f(ρ) = ρ/(ρ+γ), the rollouts' clipped ratio, or the plain ratio. */
  readonly weight: "shaped" | "clipped" | "unit";
  readonly gamma: number;
  /** `unit` divides f by f′(1), so that a revised token weighs as much as a rollout's at ρ = 1. */
  readonly shapingScale: "none" | "unit";
}

export interface BonusConfig {
  /** α of equation (8); 0 for none. */
  readonly alpha: number;
  /** A revision that is worse than its draft takes nothing away. */
  readonly clipAtZero: boolean;
  /** Add the bonus to the reward before normalisation, or to the advantage after it. */
  readonly when: "before" | "after";
}

export interface AdvantageConfig {
  readonly std: "sample" | "population" | "none";
  /** The standard deviation is at least this. */
  readonly stdFloor: number;
  /** Mean and deviation of the whole group, or of its rollouts without the revision. */
  readonly baseline: "group" | "rollouts";
}

export interface ObjectiveConfig {
  /**
   * The policy gradient of (9); the likelihood of the world's references (SFT); or the preference between two responses
   * (DPO).
   */
  readonly loss: "policyGradient" | "crossEntropy" | "preference";
  /** Whose likelihood: of answers to the instruction, or of revisions of a written draft, after its hindsight. */
  readonly references: "answers" | "revisions";
  /** ρ is clipped to [1 − low, 1 + high]. */
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly aggregation: "seqMeanTokenMean" | "tokenMean" | "seqMeanTokenSumNorm";
  /** Coefficient of the k3 estimate of KL(π ‖ the policy that the run started from); 0 skips the reference. */
  readonly klCoef: number;
}

/** DPO: −ln σ(β · margin) of a chosen and a rejected response to one instruction. */
export interface PreferenceConfig {
  readonly beta: number;
  /** The best and the worst rollout of the group, or the task's own reference and rejected response. */
  readonly pairs: "group" | "file";
}

/** Whether the method trains on written responses, and samples none: SFT, and DPO on pairs of a file. */
export const usesWritten = ({ objective, preference }: Pick<MethodConfig, "objective" | "preference">) =>
  objective.loss === "crossEntropy" || (objective.loss === "preference" && preference.pairs === "file");

/** ExpRL, stage I: how a response is scored against the reference solution that the policy never sees. */
export interface ProcessConfig {
  /** The rubric alone; one score for the whole response; or a score for each of its segments. */
  readonly scores: "none" | "outcome" | "segments";
  /** Advantages of segments from their scores. */
  readonly norm: "delta" | "end" | "group";
  /** What is scored as segment t: it alone, or the response up to its end. */
  readonly judged: "segment" | "prefix";
  /** A response of one segment: by the formula (0 for delta and end), or its own score as the published code has it. */
  readonly single: "formula" | "score";
}

/** The method without the additions of others: DAPO's sampling, RuscaRL's scaffold, DPO's pairs, ExpRL's scores. */
export const withoutAdditions = {
  sampling: { dynamicRounds: 0, overlongTokens: 0 },
  scaffold: { enabled: false, start: 0.2, steepness: 125, updates: 40, trained: "original" },
  preference: { beta: 0.1, pairs: "group" },
  process: { scores: "none", norm: "delta", judged: "segment", single: "formula" },
} as const satisfies Partial<MethodConfig>;

/** What the paper compares. */
export const paperVariants = ["rlvr", "naivehe", "he", "herl"] as const;

/** What others do instead. */
export const otherVariants = ["sft", "dpo", "hir", "ruscarl", "exprl", "warmup"] as const;

export const variants = [...paperVariants, ...otherVariants] as const;

export type Variant = (typeof variants)[number];

/** What a variant sets; everything else is the same for all, at the same budget of N + 1 responses. */
export interface VariantSettings {
  readonly rollouts: number;
  readonly enabled: boolean;
  readonly edit: HindsightConfig["edit"];
  readonly context: HindsightConfig["context"];
  readonly weight: HindsightConfig["weight"];
  readonly alpha: number;
  readonly loss: ObjectiveConfig["loss"];
  readonly references: ObjectiveConfig["references"];
  readonly aggregation: ObjectiveConfig["aggregation"];
  readonly scaffold: boolean;
  readonly scores: ProcessConfig["scores"];
}

/** The variants of method.md ("Variants") and their contrasts, for a budget of `responses` per instruction. */
export function variantSettings(variant: Variant, responses: number): VariantSettings {
  const plain: VariantSettings = {
    ...{ rollouts: responses, enabled: false, edit: "answer", context: "kept", weight: "shaped", alpha: 0 },
    ...{ loss: "policyGradient", references: "answers", aggregation: "seqMeanTokenMean" },
    ...{ scaffold: false, scores: "none" },
  };
  const revised: VariantSettings = { ...plain, rollouts: responses - 1, enabled: true };
  switch (variant) {
    case "rlvr":
      return plain;
    case "naivehe":
      return { ...revised, context: "dropped", weight: "clipped" };
    case "he":
      return revised;
    case "herl":
      return { ...revised, alpha: 0.05 };
    case "sft":
      return { ...plain, loss: "crossEntropy", aggregation: "tokenMean" };
    case "dpo":
      return { ...plain, loss: "preference" };
    case "hir":
      return { ...plain, enabled: true, edit: "instruction", weight: "clipped" };
    case "ruscarl":
      return { ...plain, scaffold: true };
    case "exprl":
      return { ...plain, scores: "segments" };
    case "warmup":
      return { ...plain, loss: "crossEntropy", references: "revisions", aggregation: "tokenMean" };
  }
}
