import { describe, expect, test } from "vitest";
import { logprobChangeAlone } from "../../analysis/logits";
import { changesOf, massOf } from "./changes";

const before = Float32Array.from([0.5, 0.3, 0.15, 0.05], Math.log);
const reference = { group: 0, source: "rollout", index: 0, token: 0 } as const;
const label = String;

describe("what a step did beside what was predicted", () => {
  const [sampled, coefficient, fraction] = [1, -0.4, 0.5];
  const alone = logprobChangeAlone(before, sampled, coefficient, fraction);
  const after = before.map((logprob, v) => logprob + 3 * alone[v]);
  const analysis = { reference, step: 1, sampled, coefficient, before, after, fraction };
  const firstOrder = { ids: [1, 0], change: [6 * alone[1], 6 * alone[0]] };

  test("a step of three times equation (2) is found as one; first order shrinks with the fraction", () => {
    const { tokens, ...fits } = changesOf({ ...analysis, firstOrder }, firstOrder, label);
    expect(fits.alone.slope).toBeCloseTo(3, 4);
    expect(fits.alone.correlation).toBeCloseTo(1, 6);
    expect(fits.firstOrder!.slope).toBeCloseTo(1, 4);
    expect(tokens.map(({ label }) => label)).toEqual(["0", "1", "2", "3"]);
    expect(tokens.map(({ isSampled }) => isSampled)).toEqual([false, true, false, false]);
    expect(tokens[1].firstOrder).toBeCloseTo(3 * alone[1], 6);
    expect(tokens[2].firstOrder).toBeNull();
  });

  test("a response that took no part has no prediction by equation (2)", () => {
    const none = { ids: [], change: [] };
    const data = changesOf({ ...analysis, coefficient: null, firstOrder: none }, none, label);
    expect(data.alone).toEqual({ correlation: null, slope: null });
    expect(data.firstOrder).toBeNull();
  });
});

test("the formula is brought to the size of what moved, on the side that the push fills", () => {
  const pushed = Float32Array.from([0.55, 0.22, 0.175, 0.055], Math.log);
  for (const [advantage, distributions, direction] of [
    [-1, [before, pushed], "down"],
    [1, [pushed, before], "up"],
  ] as const) {
    const data = massOf({ reference, step: 1, sampled: 1, distributions }, advantage, label);
    expect(data.direction).toBe(direction);
    expect(data.steps).toBe(1);
    const side = (values: number[]) =>
      values.reduce((sum, value) => sum + Math.max(0, -advantage * value), 0);
    expect(side(data.tokens.map(({ predicted }) => predicted))).toBeCloseTo(0.08, 6);
    expect(side(data.tokens.map(({ change }) => change))).toBeCloseTo(0.08, 6);
    expect(data.tokens.filter(({ isPushed }) => isPushed).map(({ label }) => label)).toEqual(["1"]);
  }
});
