/** The article's own arithmetic against plain sums and against what it must be. */
import { describe, expect, test } from "vitest";
import { groupRows } from "../../herl/advantage";
import { withoutAdditions } from "../../herl/config";
import { RandomStream } from "../../kernels/random/random";
import { enumerate } from "../../worlds/toy/enumerate";
import { expectedReward } from "../../worlds/toy/exact";
import { findOptimum } from "../../worlds/toy/optimum";
import { gradientNumbers, gradientRows, pushed } from "./distribution";
import { groupOf, groupTable } from "./group_what_if";
import { aSpread, aSuccess, aTie } from "./sparse";
import { abilities, bothChains, byReward, hindsightEffect } from "./toy_math";
import { firstSettings, startOf, toyOf } from "./toy_settings";

describe("sparse success", () => {
  test("probabilities agree with sampled groups", () => {
    const stream = RandomStream.of(1, "groups");
    const [p, n, items, groups] = [0.2, 5, 3, 20_000];
    const each = Math.cbrt(p);
    let [success, tie, spread] = [0, 0, 0];
    for (let g = 0; g < groups; g++) {
      const met = Array.from(
        { length: n },
        () => Array.from({ length: items }, () => stream.unit() < each).filter(Boolean).length,
      );
      const passed = met.filter((k) => k === items).length;
      if (passed > 0) success++;
      if (passed === 0 || passed === n) tie++;
      if (new Set(met).size > 1) spread++;
    }
    // Five standard errors of a share of 20,000 are at most .018.
    expect(Math.abs(success / groups - aSuccess(p, n))).toBeLessThan(0.018);
    expect(Math.abs(tie / groups - aTie(p, n))).toBeLessThan(0.018);
    expect(Math.abs(spread / groups - aSpread(p, n, items))).toBeLessThan(0.018);
  });

  test("with one item a checklist is passed or not", () => {
    for (const p of [0.001, 0.3, 0.9]) expect(aSpread(p, 8, 1)).toBeCloseTo(1 - aTie(p, 8), 12);
  });
});

describe("hindsight on the toy", () => {
  const at = (kappa: number) => {
    const toy = toyOf({ ...firstSettings, kappa });
    return { toy, plain: enumerate(toy, startOf(toy, 3)) };
  };

  test("at κ = 0 a revision is one more sample; with much of it, it passes", () => {
    const none = at(0);
    const effect = hindsightEffect(none.toy, none.plain);
    for (const { plain, revised } of effect.byMet) expect(revised).toBeCloseTo(plain, 12);
    expect(effect.gap).toBeCloseTo(0, 12);
    expect(effect.revision).toBeCloseTo(expectedReward(none.toy, none.plain), 12);
    expect(effect.passing).toBeCloseTo(1 - effect.failing, 12);
    const much = at(30);
    const strong = hindsightEffect(much.toy, much.plain);
    expect(strong.revision).toBeGreaterThan(effect.revision + 0.2);
    expect(strong.gap).toBeGreaterThan(1);
  });

  test("a step along the revisions' gradients transfers as a whole, at any strength", () => {
    for (const kappa of [0.5, 2, 8]) {
      const { toy, plain } = at(kappa);
      expect(hindsightEffect(toy, plain).isolated).toBeCloseTo(1, 9);
    }
  });

  test("ability goes from the habits to nearly the optimum", () => {
    const { toy } = at(2);
    const best = findOptimum(toy);
    const points = abilities(toy, startOf(toy, 3), best, 5);
    expect(points[0].reward).toBe(expectedReward(toy, enumerate(toy, startOf(toy, 3))));
    expect(points[4].reward).toBeGreaterThan(0.8 * best.value);
    expect(points[4].reward).toBeLessThanOrEqual(best.value);
  });

  test("the optimum is what its policy earns, reward by reward", () => {
    const { toy } = at(2);
    const best = findOptimum(toy);
    const levels = byReward(toy, best.rows);
    expect(levels.length).toBeLessThanOrEqual(4);
    expect(levels.reduce((sum, [, p]) => sum + p, 0)).toBeCloseTo(1, 9);
    expect(levels.reduce((sum, [reward, p]) => sum + reward * p, 0)).toBeCloseTo(best.value, 9);
  });

  test("sampled groups estimate the exact chain", () => {
    const { toy } = at(2);
    const theta = startOf(toy, 3);
    const { exact, sampled } = bothChains(toy, theta, 4000, 1);
    expect(sampled!.unmet).toBeCloseTo(exact.unmet, 1);
    expect(sampled!.error / exact.error).toBeGreaterThan(0.8);
    expect(sampled!.error / exact.error).toBeLessThan(1.25);
  });
});

describe("one token", () => {
  const logprobs = [0.5, 0.2, 0.15, 0.1, 0.05].map(Math.log);
  const next = { logprobs, sampled: 1, label: String, origin: "" };

  test("rows add up to zero, whatever is summed in the last one", () => {
    for (const most of [2, 3, 9]) {
      const { rows } = gradientRows(next, -1.5, most);
      expect(rows.reduce((sum, { values }) => sum + values[1]!, 0)).toBeCloseTo(0, 12);
      expect(rows.reduce((sum, { values }) => sum + values[0]!, 0)).toBeCloseTo(1, 12);
      expect(rows.find(({ isStrong }) => isStrong)!.values[1]).toBeCloseTo(-1.5 * 0.8, 12);
    }
    const numbers = gradientNumbers(next, -1);
    expect(numbers.own + numbers.others).toBeCloseTo(0, 12);
    expect(numbers.spreadOver).toBeGreaterThan(1);
    expect(numbers.spreadOver).toBeLessThan(4);
  });

  test("a small push does what the formula says", () => {
    const { tokens } = pushed(next, -1, 1e-4);
    for (const { change, predicted } of tokens) expect(change).toBeCloseTo(predicted, 8);
    expect(tokens.reduce((sum, { change }) => sum + change, 0)).toBeCloseTo(0, 12);
  });
});

describe("a group as it might have been", () => {
  test("advantages are those of the trainer", () => {
    const rewards = [0, 0.5, 0.25];
    const response = (index: number, reward: number, source: "rollout" | "revision" = "rollout") => ({
      ...{
        source,
        index,
        reward,
        draft: source === "revision" ? 1 : null,
        chosen: index === 1 || source === "revision",
      },
      ...{ text: "", ids: [], logprobs: [], entropies: [], finish: "stop" as const, verdicts: null },
      ...{ bonus: 0, advantage: null, gradient: null },
    });
    const group = groupOf({
      task: { id: "", prompt: "" },
      items: [],
      mean: null,
      droppedPrompts: 0,
      responses: [...rewards.map((reward, i) => response(i, reward)), response(0, 0.75, "revision")],
    })!;
    expect(group).toMatchObject({ draft: 1, revision: 0.75, hasPassed: false });
    const config = {
      bonus: { alpha: 0.2, clipAtZero: false, when: "before" as const },
      advantage: { std: "sample" as const, stdFloor: 0, baseline: "group" as const },
    };
    const { rows } = groupTable(group, config, 0.75);
    const none = new Float32Array(0);
    const sample = (reward: number) => ({
      ...{
        rollout: { ids: [], logprobs: none, entropies: none, finish: "stop" as const },
        text: "",
        verdicts: [],
      },
      reward,
    });
    const expected = groupRows(
      rewards.map(sample),
      [0, 1, 2],
      [{ ...sample(0.75), draft: 1, context: [] }],
      0,
      { ...config, ...withoutAdditions, maxNewTokens: 128, objective: { loss: "policyGradient" } },
    );
    expect(rows.map(({ values }) => values[2])).toEqual(expected.map(({ advantage }) => advantage));
    expect(rows.map(({ values }) => values[0])).toEqual(expected.map(({ reward }) => reward));
  });
});
