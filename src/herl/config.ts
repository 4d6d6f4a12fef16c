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
  readonly hindsight: HindsightConfig;
  readonly bonus: BonusConfig;
  readonly advantage: AdvantageConfig;
  readonly objective: ObjectiveConfig;
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

export interface HindsightConfig {
  /** Revise at all. */
  readonly enabled: boolean;
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
  /** ρ is clipped to [1 − low, 1 + high]. */
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly aggregation: "seqMeanTokenMean" | "tokenMean" | "seqMeanTokenSumNorm";
  /** Coefficient of the k3 estimate of KL(π ‖ the policy that the run started from); 0 skips the reference. */
  readonly klCoef: number;
}

export const variants = ["rlvr", "naivehe", "he", "herl"] as const;

export type Variant = (typeof variants)[number];

/** What a variant sets; everything else is the same for all, at the same budget of N + 1 responses. */
export interface VariantSettings {
  readonly rollouts: number;
  readonly enabled: boolean;
  readonly context: HindsightConfig["context"];
  readonly weight: HindsightConfig["weight"];
  readonly alpha: number;
}

/** The four variants of method.md ("Variants") for a budget of `responses` per instruction. */
export function variantSettings(variant: Variant, responses: number): VariantSettings {
  const revised = { rollouts: responses - 1, enabled: true };
  switch (variant) {
    case "rlvr":
      return { rollouts: responses, enabled: false, context: "kept", weight: "shaped", alpha: 0 };
    case "naivehe":
      return { ...revised, context: "dropped", weight: "clipped", alpha: 0 };
    case "he":
      return { ...revised, context: "kept", weight: "shaped", alpha: 0 };
    case "herl":
      return { ...revised, context: "kept", weight: "shaped", alpha: 0.05 };
  }
}
