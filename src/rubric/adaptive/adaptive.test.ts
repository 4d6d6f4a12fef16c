import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RubricItem, Task, Verdict } from "../schema";
import { englishRegistry } from "../verifiers/registry";
import { gradeByCode } from "../code_grader";
import { countUpdates, stayingUnmet, updateRates } from "./failure_rates";
import { reweight } from "./reweight";
import { changedRubric, type RubricChange } from "./rubric_change";
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

  test("stays unmet: in so many updates at least, at that rate or above, the worst first", () => {
    const graded = [{ task, verdicts: [unmet, { status: "unknown", reason: "slow" } as const] }];
    expect(countUpdates(countUpdates({}, graded), graded)).toEqual({ "judge: a": 2 });
    const rates = { a: 0.8, b: 0.79, c: 1, d: 1 };
    expect(stayingUnmet(rates, { a: 3, b: 9, c: 2, d: 3 }, { updates: 3, above: 0.8 })).toEqual(["d", "a"]);
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
    [
      "a pitfall",
      { ...code("keywords:existence", { keywords: ["cup", "hat"] }), polarity: "avoid" as const },
    ],
    ["one word of several", code("keywords:existence", { keywords: ["cup", "hat"], any: true })],
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

describe("a changed rubric", () => {
  const fewer = code("keywords:existence", { keywords: ["cup", "hat"] }, 3);
  const rubric = [judged("kind", 2), fewer, judged("kind", 1, "avoid")];
  const changes: readonly RubricChange[] = [
    { fromStep: 3, key: "keywords:existence" },
    { fromStep: 5, key: "judge: kind", judged: { polarity: "want", texts: ["greets", "thanks"] } },
    {
      fromStep: 6,
      key: "judge: thanks",
      judged: { polarity: "want", texts: ["says so", "means it", "late"] },
    },
  ];
  const at = (step: number) =>
    changedRubric(rubric, changes, step, englishRegistry).map(({ text, weight }) => [text, weight]);

  test("holds from its update on; the polarity of a judged item must be the one that was asked about", () => {
    expect(changedRubric(rubric, changes, 2, englishRegistry)).toEqual(rubric);
    const words = ["cup", "hat"].map((word) => [`The response contains "${word}".`, 1.5]);
    expect(at(3)).toEqual([["kind", 2], ...words, ["kind", 1]]);
    expect(at(5)).toEqual([["greets", 1], ["thanks", 1], ...words, ["kind", 1]]);
  });

  test("a part may be split in turn, and the total of either polarity stays", () => {
    const after = changedRubric(rubric, changes, 6, englishRegistry);
    expect(after).toHaveLength(7);
    for (const polarity of ["want", "avoid"] as const) {
      const total = (of: readonly RubricItem[]) =>
        of.filter((item) => item.polarity === polarity).reduce((sum, { weight }) => sum + weight, 0);
      expect(total(after)).toBeCloseTo(total(rubric), 12);
    }
  });

  test("all parts are met when, and only when, the item is", () => {
    const items = [
      code("keywords:existence", { keywords: ["a", "bb", "c"] }),
      code("keywords:forbidden_words", { forbidden_words: ["a", "c"] }),
      code("keywords:frequency", { keyword: "a", frequency: 3, relation: "at least" }),
      code("length_constraints:number_words", { num_words: 4, relation: "at least" }),
    ];
    const response = fc.array(fc.constantFrom("a", "bb", "c", "d"), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...items), response, (item, words) => {
        const isMet = (of: RubricItem) =>
          gradeByCode(englishRegistry, of, words.join(" ")).status === "satisfied";
        expect(splitItem(item, englishRegistry)!.every(isMet)).toBe(isMet(item));
      }),
    );
  });
});
