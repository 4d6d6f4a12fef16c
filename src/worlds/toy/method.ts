import { variantSettings, withoutAdditions, type MethodConfig, type Variant } from "../../herl/config";
import type { Toy } from "./toy";

/** What a toy's method may set apart from its variant: anything, section by section. */
export type MethodChanges = { readonly [K in keyof MethodConfig]?: Partial<MethodConfig[K]> };

/**
 * A variant (method.md, "Variants") on a toy, with the method's defaults: one group of `responses` in all, one of them a
 * revision unless it is RLVR, plain AdamW. What a toy cannot use is off: no reference, one update per batch.
 */
export function toyMethod(
  { maxTokens }: Toy,
  variant: Variant,
  responses: number,
  changes: MethodChanges = {},
): MethodConfig {
  const { rollouts, enabled, edit, context, weight, alpha } = variantSettings(variant, responses);
  const { hindsight, bonus, advantage, objective, optimizer, ...rest } = changes;
  return {
    ...{ groups: 1, rollouts, temperature: 1, maxNewTokens: maxTokens, updates: 1, measureTransfer: false },
    ...rest,
    ...withoutAdditions,
    hindsight: {
      ...{ enabled, edit, context, weight, maxRevisions: 1, rewriteWhen: "nonePassed" },
      ...{ accept: "improveOrEqual", join: "append", gamma: 1, shapingScale: "none" },
      ...hindsight,
    },
    bonus: { alpha, clipAtZero: false, when: "before", ...bonus },
    advantage: { std: "sample", stdFloor: 0, baseline: "group", ...advantage },
    objective: {
      loss: "policyGradient",
      references: "answers",
      clipLow: 0.2,
      clipHigh: 0.2,
      aggregation: "seqMeanTokenMean",
      klCoef: 0,
      ...objective,
    },
    optimizer: {
      ...{ learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 },
      ...optimizer,
    },
  };
}
