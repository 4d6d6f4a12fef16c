import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RubricItem, Task, Verdict } from "../schema";
import { englishRegistry } from "../verifiers/registry";
import { updateRates } from "./failure_rates";
import { reweight } from "./reweight";
import { splitItem } from "./split_item";

const judged = (text: string, weight = 1, polarity: RubricItem["polarity"] = "want"): RubricItem => ({
  ...{ text, weight, polarity },
  check: { by: "judge" },
});
const code = (verifier: string, kwargs: Record<string, unknown>, weight = 1): RubricItem => ({
  ...{ text: "as it was", weight, polarity: "want" },
  check: { by: "code", verifier, kwargs },
});
const task: Pick<Task, "rubric"> = { rubric: [judged("a"), code("punctuation:no_comma", {})] };
const met: Verdict = { status: "satisfied" };
const unmet: Verdict = { status: "unmet" };

describe("failure rates", () => {
  test("the first share as it is, then a tenth of the way; unknown verdicts count nowhere", () => {
    const unknown: Verdict = { status: "unknown", reason: "slow" };
    const first = updateRates(
      {},
      [
        { task, verdicts: [unmet, met] },
        { task, verdicts: [unknown, unmet] },
      ],
      0.1,
    );
    expect(first).toEqual({ "judge: a": 1, "punctuation:no_comma": 0.5 });
    const second = updateRates(first, [{ task, verdicts: [met, unknown] }], 0.1);
    expect(second).toEqual({ "judge: a": 0.9, "punctuation:no_comma": 0.5 });
  });
});

describe("reweighting", () => {
  test("by hand: rates 1 and 0, weights 1 and 1, strength 1/2", () => {
    const rubric = [judged("a"), judged("b")];
    const weights = reweight(rubric, { "judge: a": 1, "judge: b": 0 }, 0.5).map(({ weight }) => weight);
    expect(weights).toEqual([1.25, 0.75]);
  });

  test("an item without a rate keeps its weight, and so does everything at strength 0", () => {
    const rubric = [judged("a", 2), judged("new", 3)];
    expect(reweight(rubric, { "judge: a": 0.4 }, 0.9)).toEqual(rubric);
    expect(reweight(rubric, { "judge: a": 0.4, "judge: new": 1 }, 0)).toBe(rubric);
  });

  test("keeps the total of either polarity, and every factor within 1 ± strength", () => {
    const items = fc.array(
      fc.record({
        weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
        rate: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        polarity: fc.constantFrom("want" as const, "avoid" as const),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(items, fc.double({ min: 0, max: 0.9, noNaN: true }), (drawn, strength) => {
        const rubric = drawn.map(({ weight, polarity }, i) => judged(String(i), weight, polarity));
        const rates = Object.fromEntries(
          drawn.flatMap(({ rate }, i) => (rate === null ? [] : [[`judge: ${i}`, rate]])),
        );
        const changed = reweight(rubric, rates, strength);
        for (const polarity of ["want", "avoid"] as const) {
          const total = (of: readonly RubricItem[]) =>
            of.filter((item) => item.polarity === polarity).reduce((sum, { weight }) => sum + weight, 0);
          expect(Math.abs(total(changed) - total(rubric))).toBeLessThanOrEqual(1e-9 * (1 + total(rubric)));
        }
        changed.forEach(({ weight }, i) => {
          const factor = weight / rubric[i].weight;
          expect(factor).toBeGreaterThanOrEqual(1 - strength - 1e-9);
          expect(factor).toBeLessThanOrEqual(1 + strength + 1e-9);
        });
      }),
    );
  });
});

describe("a finer split", () => {
  const split = (item: RubricItem) =>
    splitItem(item, englishRegistry)?.map(({ text, weight, check }) => [
      text,
      weight,
      check.by === "code" && check.kwargs,
    ]);

  test("one item a keyword, the weight shared", () => {
    expect(split(code("keywords:existence", { keywords: ["cup", "hat"] }, 3))).toEqual([
      ['The response contains "cup".', 1.5, { keywords: ["cup"] }],
      ['The response contains "hat".', 1.5, { keywords: ["hat"] }],
    ]);
  });

  test("half of a minimum, and all of it", () => {
    expect(split(code("length_constraints:number_words", { num_words: 41, relation: "at least" }))).toEqual([
      ["The response has at least 20 words.", 0.5, { num_words: 20, relation: "at least" }],
      ["The response has at least 41 words.", 0.5, { num_words: 41, relation: "at least" }],
    ]);
    expect(split(code("detectable_format:number_highlighted_sections", { num_highlights: 2 }))).toHaveLength(
      2,
    );
  });

  test.each([
    ["a judged item", judged("polite")],
    ["a maximum", code("length_constraints:number_words", { num_words: 40, relation: "less than" })],
    ["one keyword", code("keywords:existence", { keywords: ["cup"] })],
    ["a minimum of one", code("keywords:frequency", { keyword: "cup", frequency: 1, relation: "at least" })],
    ["an exact number", code("detectable_format:number_bullet_lists", { num_bullets: 4 })],
    ["an unknown verifier", code("no:such", { keywords: ["a", "b"] })],
    ["wrong parameters", code("keywords:existence", { keywords: ["a", ""] })],
  ])("none of %s", (_, item) => {
    expect(splitItem(item, englishRegistry)).toBeNull();
  });
});
