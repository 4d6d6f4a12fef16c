import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HindsightConfig } from "./config";
import {
  aggregationWeights,
  klTerm,
  revisionWeighting,
  rolloutWeighting,
  shaped,
  shapedSlope,
  tokenTerm,
  type RowLength,
  type TokenWeighting,
} from "./objective";
import { methodConfig } from "./testing/tiny_world";

/** Central difference of a function of one number. */
const derivative = (f: (x: number) => number, x: number, step = 1e-5) =>
  (f(x + step) - f(x - step)) / (2 * step);

const oldLogprob = -1.25;

/** The term of a token whose ratio is `ratio`. */
const termAt = (weighting: TokenWeighting, advantage: number, ratio: number) =>
  tokenTerm(weighting, advantage, oldLogprob + Math.log(ratio), oldLogprob);

/** Asserts that `slope` is the derivative of `value` by ln π. */
function expectSlope(weighting: TokenWeighting, advantage: number, ratio: number): void {
  const value = (logprob: number) => tokenTerm(weighting, advantage, logprob, oldLogprob).value;
  const numeric = derivative(value, oldLogprob + Math.log(ratio));
  const { slope } = termAt(weighting, advantage, ratio);
  expect(Math.abs(slope - numeric)).toBeLessThan(1e-8 * (1 + Math.abs(numeric)));
}

describe("a rollout's token, equation (9): min(ρA, clip(ρ, 0.8, 1.2)A)", () => {
  const clip = rolloutWeighting(methodConfig().objective);

  test.each([
    { what: "inside, A > 0", advantage: 2, ratio: 1.1, value: 2.2, slope: 2.2, clipped: null },
    { what: "inside, A < 0", advantage: -2, ratio: 0.9, value: -1.8, slope: -1.8, clipped: null },
    { what: "above, A > 0: enough gained", advantage: 2, ratio: 1.5, value: 2.4, slope: 0, clipped: "high" },
    { what: "above, A < 0: pulled back", advantage: -2, ratio: 1.5, value: -3, slope: -3, clipped: null },
    { what: "below, A > 0: pulled back", advantage: 2, ratio: 0.5, value: 1, slope: 1, clipped: null },
    { what: "below, A < 0: enough lost", advantage: -2, ratio: 0.5, value: -1.6, slope: 0, clipped: "low" },
  ])("$what", ({ advantage, ratio, value, slope, clipped }) => {
    const term = termAt(clip, advantage, ratio);
    expect(term.value).toBeCloseTo(value, 12);
    expect(term.slope).toBeCloseTo(slope, 12);
    expect(term.ratio).toBeCloseTo(ratio, 12);
    expect(term.clipped).toBe(clipped);
    expectSlope(clip, advantage, ratio);
  });

  test("on the first update the ratio is exactly 1 and the slope is the advantage", () => {
    for (const advantage of [1.7, -0.3, 0]) {
      const term = tokenTerm(clip, advantage, oldLogprob, oldLogprob);
      expect(term).toEqual({ value: advantage, slope: advantage, ratio: 1, clipped: null });
    }
  });

  test("the two bounds are their own (DAPO's clip-higher)", () => {
    const { objective } = methodConfig({ objective: { clipLow: 0.1, clipHigh: 0.28 } });
    expect(termAt(rolloutWeighting(objective), 1, 1.25)).toMatchObject({ clipped: null });
    expect(termAt(rolloutWeighting(objective), 1, 1.3)).toMatchObject({ slope: 0, clipped: "high" });
    expect(termAt(rolloutWeighting(objective), -1, 0.85)).toMatchObject({ slope: 0, clipped: "low" });
  });
});

describe("a revised token, equation (12): f(ρ)A with f(x) = x / (x + γ)", () => {
  const weightingOf = (overrides: Partial<HindsightConfig>) => {
    const { hindsight, objective } = methodConfig({ hindsight: overrides });
    return revisionWeighting(hindsight, objective);
  };

  test("at ρ = 1 and γ = 1 it weighs a quarter of a rollout's token", () => {
    const term = termAt(weightingOf({}), 2, 1);
    expect(term).toEqual({ value: 1, slope: 0.5, ratio: 1, clipped: null });
    // With the medical script's γ = 0.1 it is a twelfth.
    expect(termAt(weightingOf({ gamma: 0.1 }), 1, 1).slope).toBeCloseTo(0.1 / 1.21, 12);
  });

  test.each([0.1, 1])("value and slope for γ = %d, on both sides of 1 and for both signs", (gamma) => {
    const weighting = weightingOf({ gamma });
    for (const advantage of [1.5, -0.7])
      for (const ratio of [0.02, 0.5, 0.9, 1, 1.3, 6]) {
        const { value, slope, clipped } = termAt(weighting, advantage, ratio);
        expect(value).toBeCloseTo((ratio / (ratio + gamma)) * advantage, 12);
        expect(slope).toBeCloseTo(((ratio * gamma) / (ratio + gamma) ** 2) * advantage, 12);
        expect(clipped).toBeNull();
        expectSlope(weighting, advantage, ratio);
      }
  });

  test("ρ·f′(ρ) is largest, a quarter, at ρ = γ", () => {
    expect(shapedSlope(0.1, 0.1)).toBeCloseTo(0.25, 15);
    for (const gamma of [0.1, 1, 3])
      for (const ratio of [0.5, 0.99, 1.01, 2].map((x) => x * gamma))
        expect(shapedSlope(ratio, gamma)).toBeLessThan(0.25);
    expect(derivative((x) => shaped(x, 0.7), 1.3) * 1.3).toBeCloseTo(shapedSlope(1.3, 0.7), 9);
  });

  test.each([0.1, 1, 4])("scaled to unit, γ = %d: as much as a rollout's token at ρ = 1", (gamma) => {
    const weighting = weightingOf({ gamma, shapingScale: "unit" });
    expect(termAt(weighting, 1.5, 1).slope).toBeCloseTo(1.5, 12);
    expectSlope(weighting, 1.5, 1.4);
  });

  test("ablations put the rollouts' clipping or the plain ratio in its place", () => {
    expect(weightingOf({ weight: "clipped" })).toEqual(rolloutWeighting(methodConfig().objective));
    const plain = weightingOf({ weight: "unit" });
    expect(termAt(plain, 2, 1.5)).toMatchObject({ value: 3, slope: 3, clipped: null });
    for (const ratio of [0.1, 1, 5]) expectSlope(plain, -0.7, ratio);
  });
});

describe("a log-ratio beyond ±20 is bounded", () => {
  const weightings = {
    clipped: rolloutWeighting(methodConfig().objective),
    shaped: { kind: "shaped", gamma: 1, scale: 1 },
    ratio: { kind: "ratio" },
  } satisfies Record<string, TokenWeighting>;

  test.each(Object.entries(weightings))("%s: the value stays what it is at the bound", (_name, weighting) => {
    for (const advantage of [1, -1]) {
      for (const [beyond, bound] of [
        [500, 20],
        [-500, -20],
      ]) {
        const term = tokenTerm(weighting, advantage, beyond, 0);
        expect(term.value).toBe(tokenTerm(weighting, advantage, bound, 0).value);
        expect(Number.isFinite(term.slope)).toBe(true);
      }
    }
  });

  test.each(Object.entries(weightings))("%s: and has no slope any more", (_name, weighting) => {
    for (const advantage of [1, -1])
      for (const logRatio of [25, -25])
        expect(tokenTerm(weighting, advantage, logRatio, 0).slope + 0).toBe(0);
  });

  test.each(Object.entries(weightings))(
    "%s: a log-probability that is no number is not hidden",
    (_name, weighting) => {
      expect(tokenTerm(weighting, 1, NaN, 0).slope).toBeNaN();
      expect(klTerm(NaN, 0).slope).toBeNaN();
    },
  );

  test("the KL estimate too", () => {
    expect(klTerm(-500, 0)).toEqual({ value: klTerm(-20, 0).value, slope: 0 });
    expect(klTerm(0, -500)).toEqual({ value: klTerm(0, -20).value, slope: 0 });
  });
});

describe("the k3 estimate of the KL divergence: e^d − d − 1 with d = ln π_ref − ln π", () => {
  test("by hand: π = 1/2, π_ref = 1/4", () => {
    const { value, slope } = klTerm(Math.log(0.5), Math.log(0.25));
    expect(value).toBeCloseTo(0.5 + Math.LN2 - 1, 12);
    expect(slope).toBeCloseTo(0.5, 12);
  });

  test("is 0 with slope 0 where the policies agree", () => {
    expect(klTerm(-1.5, -1.5)).toEqual({ value: 0, slope: 0 });
  });

  test("is never negative, and its slope is its derivative", () => {
    const logprob = fc.double({ min: -19, max: 0, noNaN: true });
    fc.assert(
      fc.property(logprob, logprob, (now, reference) => {
        const { value, slope } = klTerm(now, reference);
        expect(value).toBeGreaterThanOrEqual(0);
        const numeric = derivative((x) => klTerm(x, reference).value, now);
        expect(Math.abs(slope - numeric)).toBeLessThan(1e-6 * (1 + Math.abs(numeric)));
      }),
    );
    // Here rounding alone would make it negative.
    expect(klTerm(-7.231358289949697e-10, 0).value).toBe(0);
  });

  test("its mean over the policy's own samples is the divergence", () => {
    const [p, q] = [
      [0.5, 0.3, 0.2],
      [0.2, 0.3, 0.5],
    ];
    const exact = p.reduce((sum, p_v, v) => sum + p_v * Math.log(p_v / q[v]), 0);
    const mean = p.reduce((sum, p_v, v) => sum + p_v * klTerm(Math.log(p_v), Math.log(q[v])).value, 0);
    expect(mean).toBeCloseTo(exact, 12);
  });
});

describe("the weight of a row's tokens in the objective of the batch", () => {
  // Two groups: one of three rows, one of a single row.
  const rows: RowLength[] = [
    { group: 0, tokens: 4 },
    { group: 0, tokens: 2 },
    { group: 0, tokens: 10 },
    { group: 1, tokens: 5 },
  ];
  const maxTokens = 20;

  test("seqMeanTokenMean (paper): every group counts the same, every row in it, every token of that", () => {
    const weights = aggregationWeights(rows, "seqMeanTokenMean", maxTokens);
    expect(weights).toEqual([1 / 24, 1 / 12, 1 / 60, 1 / 10]);
  });

  test("tokenMean (DAPO): every token of the batch counts the same", () => {
    expect(aggregationWeights(rows, "tokenMean", maxTokens)).toEqual(new Array(4).fill(1 / 21));
  });

  test("seqMeanTokenSumNorm (Dr.GRPO): every token of a group counts the same, over a constant length", () => {
    expect(aggregationWeights(rows, "seqMeanTokenSumNorm", maxTokens)).toEqual([
      1 / 120,
      1 / 120,
      1 / 120,
      1 / 40,
    ]);
  });

  test("a group without rows takes nothing from the others", () => {
    const gap = rows.map((row) => ({ ...row, group: row.group * 7 }));
    for (const aggregation of ["seqMeanTokenMean", "tokenMean", "seqMeanTokenSumNorm"] as const)
      expect(aggregationWeights(gap, aggregation, maxTokens)).toEqual(
        aggregationWeights(rows, aggregation, maxTokens),
      );
    expect(aggregationWeights([], "tokenMean", maxTokens)).toEqual([]);
  });

  test("both means give the tokens of a batch a weight of 1 in all", () => {
    const row = fc.record({ group: fc.integer({ min: 0, max: 4 }), tokens: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 30 }),
        fc.constantFrom("seqMeanTokenMean" as const, "tokenMean" as const),
        (list, aggregation) => {
          const weights = aggregationWeights(list, aggregation, 128);
          const total = list.reduce((sum, { tokens }, i) => sum + tokens * weights[i], 0);
          expect(total).toBeCloseTo(1, 12);
        },
      ),
    );
  });
});
