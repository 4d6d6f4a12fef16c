import { expect, test } from "vitest";
import { scoringTemperature, variantSettings, variants } from "./config";

test("a variant is one row of method.md's table, at the same budget of responses", () => {
  const table = variants.map((variant) => ({ variant, ...variantSettings(variant, 8) }));
  expect(table).toEqual([
    { variant: "rlvr", rollouts: 8, enabled: false, context: "kept", weight: "shaped", alpha: 0 },
    { variant: "naivehe", rollouts: 7, enabled: true, context: "dropped", weight: "clipped", alpha: 0 },
    { variant: "he", rollouts: 7, enabled: true, context: "kept", weight: "shaped", alpha: 0 },
    { variant: "herl", rollouts: 7, enabled: true, context: "kept", weight: "shaped", alpha: 0.05 },
  ]);
  for (const { rollouts, enabled } of table) expect(rollouts + Number(enabled)).toBe(8);
});

test("responses are scored under the temperature that they were sampled at; greedy ones under 1", () => {
  expect([0, 0.3, 1].map((temperature) => scoringTemperature({ temperature }))).toEqual([1, 0.3, 1]);
});
