import { expect, test } from "vitest";
import { otherVariants, paperVariants, scoringTemperature, variantSettings, variants } from "./config";

test("a variant of the paper is one row of method.md's table", () => {
  const shared = {
    edit: "answer",
    loss: "policyGradient",
    references: "answers",
    aggregation: "seqMeanTokenMean",
  };
  const plain = { ...shared, scaffold: false, scores: "none" };
  const table = paperVariants.map((variant) => ({ variant, ...variantSettings(variant, 8) }));
  expect(table).toEqual([
    { variant: "rlvr", rollouts: 8, enabled: false, context: "kept", weight: "shaped", alpha: 0, ...plain },
    {
      variant: "naivehe",
      rollouts: 7,
      enabled: true,
      context: "dropped",
      weight: "clipped",
      alpha: 0,
      ...plain,
    },
    { variant: "he", rollouts: 7, enabled: true, context: "kept", weight: "shaped", alpha: 0, ...plain },
    { variant: "herl", rollouts: 7, enabled: true, context: "kept", weight: "shaped", alpha: 0.05, ...plain },
  ]);
});

test("what the others do instead, next to RLVR", () => {
  const plain = Object.entries(variantSettings("rlvr", 8));
  const differences = otherVariants.map((variant) => {
    const own: Readonly<Record<string, unknown>> = { ...variantSettings(variant, 8) };
    return [variant, Object.fromEntries(Object.entries(own).filter(([key], i) => own[key] !== plain[i][1]))];
  });
  expect(Object.fromEntries(differences)).toEqual({
    sft: { loss: "crossEntropy", aggregation: "tokenMean" },
    dpo: { loss: "preference" },
    hir: { enabled: true, edit: "instruction", weight: "clipped" },
    ruscarl: { scaffold: true },
    exprl: { scores: "segments" },
    warmup: { loss: "crossEntropy", references: "revisions", aggregation: "tokenMean" },
  });
});

test("all have the same budget of responses: an edited instruction generates none", () => {
  for (const variant of variants) {
    const { rollouts, enabled, edit } = variantSettings(variant, 8);
    expect(rollouts + Number(enabled && edit === "answer"), variant).toBe(8);
  }
});

test("responses are scored under the temperature that they were sampled at; greedy ones under 1", () => {
  expect([0, 0.3, 1].map((temperature) => scoringTemperature({ temperature }))).toEqual([1, 0.3, 1]);
});
