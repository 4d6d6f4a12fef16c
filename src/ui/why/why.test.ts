import { describe, expect, test } from "vitest";
import { boundChain } from "../../analysis/bound";
import type { ResponseView } from "../../runs/protocol";
import { precise, type Explanation } from "./explanation";
import { sentenceParts } from "./sentence";
import { expectDefined } from "./testing/expect_defined";
import {
  config,
  first,
  gradient,
  group,
  groupOf,
  metric,
  questions,
  response,
  revision,
  third,
  view,
  with_,
} from "./testing/questions";
import { sides } from "./testing/sides";
import { explain, explanations, type NumberQuestion as WhyQuestion } from "./why";
import { metricFormulas } from "./why_update";

describe("every kind of number", () => {
  test("is asked about below", () => {
    expect(new Set(questions.map(([{ about }]) => about))).toEqual(new Set(Object.keys(explanations)));
  });

  test.each(questions.map(([question, shown], i) => [question.about, i, question, shown] as const))(
    "%s (%i): the filled formula comes to the number on screen",
    (_, __, question, shown) => {
      const { filled, title } = explain(question);
      expect(title).not.toMatch(/undefined|null|NaN/);
      expect(filled.length).toBeGreaterThan(0);
      for (const line of filled) {
        const [left, right] = sides(line);
        expect(left).toBeCloseTo(right, 4);
        if (shown !== null) expect(right).toBeCloseTo(shown, 5);
      }
    },
  );

  test.each(questions.map(([question], i) => [question.about, i, question] as const))(
    "%s (%i): what computes it is there, under that name",
    async (_, __, question) => {
      const { source, kernel }: Explanation = explain(question);
      await expectDefined([source, ...kernel]);
    },
  );

  test.each(Object.keys(metricFormulas))("%s: so is what computes this metric", async (name) => {
    const { source, kernel } = explain(metric(name, 0.5, 3));
    await expectDefined([source, ...kernel]);
  });
});

describe("by hand", () => {
  const lines = (question: WhyQuestion) => explain(question).filled;

  test("the reward: 1 + 1 of 1 + 2 + 1, and a pitfall that is there taken off", () => {
    expect(lines(questions[0][0])).toEqual(["(1 + 1) / (1 + 2 + 1) = 0.5"]);
    expect(lines(questions[1][0])).toEqual(["max(0, (2 + 1 − 1) / (1 + 2 + 1)) = 0.5"]);
    expect(lines(questions[3][0])).toEqual(["1 − (1) / (1) = 0"]);
    expect(explain(questions[1][0]).table!.rows[3]).toEqual(["Avoid: commas", 1, "there, by no_comma"]);
  });

  test("the bonus: α times what the revision gained", () => {
    expect(lines({ about: "bonus", values: { response: third, group, config } })).toEqual([
      "0.05 × (1 − 0.5) = 0.025",
    ]);
  });

  test("the advantage: rewards 0.5, 0, 0.525 and 1 have the mean 0.50625 and the sample deviation 0.408439", () => {
    const { filled, table } = explain({ about: "advantage", values: { response: first, group, config } });
    expect(filled[0]).toMatch(/^\(0\.5 − 0\.50625\) \/ \(0\.40\d+ \+ 1e−6\) = −0\.015\d+$/);
    expect(table!.rows.map(([row, , withBonus]) => [row, withBonus])).toEqual([
      ["response 1", 0.5],
      ["response 2", 0],
      ["response 3", 0.525],
      ["the revision of 3", 1],
    ]);
  });

  test.each([
    ["population deviation", with_("advantage", { std: "population" })],
    ["no deviation", with_("advantage", { std: "none" })],
    ["a floor under it", with_("advantage", { stdFloor: 2 })],
    ["rollouts as the baseline", with_("advantage", { baseline: "rollouts" })],
    ["the bonus afterwards", with_("bonus", { when: "after" })],
    ["a bonus that is all that differs", with_("bonus", { alpha: 0.001 })],
  ])("the advantage with %s", (_, other) => {
    const changed = groupOf(other);
    for (const response of changed.responses) {
      const { filled } = explain({
        about: "advantage",
        values: { response, group: changed, config: other },
      });
      const [left, right] = sides(filled[0]);
      expect(left).toBeCloseTo(right, 4);
      expect(right).toBeCloseTo(response.advantage!, 4);
    }
  });

  test("the advantage with a length penalty: in the mean, beside the reward as it was graded", () => {
    const rows = [response({ index: 0, reward: 1, advantage: 0.707106 })];
    const long = response({ index: 1, reward: 1, overlong: -0.5, advantage: -0.707106 });
    const { filled, table, note } = explain({
      about: "advantage",
      values: { response: long, group: { ...group, responses: [...rows, long] }, config },
    });
    // Rewards 1 and 0.5: mean 0.75, sample deviation √0.125.
    expect(filled[0]).toMatch(/^\(0\.5 − 0\.75\) \/ \(0\.353553 \+ 1e−6\)/);
    expect(table!.columns[2]).toBe("with length penalty");
    expect(table!.rows[1]).toEqual(["response 2", 1, 0.5, -0.707106]);
    expect(note).toContain("(L_max − L_c − |τ|) / L_c");
  });

  test("the reward of a replayed draft: of the items that its instruction kept", () => {
    const [{ values }] = questions[0] as [Extract<WhyQuestion, { about: "reward" }>, unknown];
    const replay = { ...values.response, reward: 1, replayed: { prompt: "Write.", items: [0] } };
    const { filled, table, note } = explain({
      about: "reward",
      values: { ...values, response: { ...replay, source: "revision", draft: 0 } },
    });
    expect(filled).toEqual(["(1) / (1) = 1"]);
    expect(table!.rows.map(([, , verdict]) => verdict).slice(1)).toEqual(
      values.items.slice(1).map(() => "not asked for"),
    );
    expect(note).toContain("HiR");
  });

  test("a group that differs in nothing has no advantage", () => {
    const flat = { ...group, responses: [0, 1].map((index) => response({ index, reward: 1, advantage: 0 })) };
    const { formula, filled } = explain({
      about: "advantage",
      values: { response: flat.responses[0], group: flat, config },
    });
    expect(formula).toContain("span less than 1e−6");
    expect(filled).toEqual(["0 = 0"]);
  });

  test("the coefficient: 1 of 1 group, 4 rows and 2 tokens, a quarter of it for a revised token", () => {
    const of = (r: ResponseView) =>
      lines({ about: "coefficient", values: { response: r, token: 0, group: 0, step: view, config } })[0];
    expect(of(first)).toMatch(/^1 \/ \(1 × 4 × 2\) × 1 × \(−0\.015\d+\) = −0\.0019\d+$/);
    expect(of(revision)).toMatch(/^1 \/ \(1 × 4 × 2\) × 0\.25 × 1\.2\d+ = 0\.03\d+$/);
  });

  test.each(["tokenMean", "seqMeanTokenSumNorm"] as const)("the coefficient under %s", (aggregation) => {
    const other = with_("objective", { aggregation });
    const w = aggregation === "tokenMean" ? 1 / 8 : 1 / (4 * other.maxNewTokens);
    const own = { ...first, gradient: gradient([w * first.advantage!, 0]) };
    const [left, right] = sides(
      lines({
        about: "coefficient",
        values: { response: own, token: 0, group: 0, step: view, config: other },
      })[0],
    );
    expect(left / right).toBeCloseTo(1, 4);
  });

  test("a KL term is the part of the coefficient that the advantage does not explain", () => {
    const other = with_("objective", { klCoef: 0.1 });
    const c = first.advantage! / 8 - (0.1 / 8) * 0.5;
    const own = { ...first, gradient: gradient([c, 0]) };
    const { filled, formula } = explain({
      about: "coefficient",
      values: { response: own, token: 0, group: 0, step: view, config: other },
    });
    expect(formula).toContain("less w β (1 − π_ref / π)");
    expect(filled[0]).toContain(" − 0.00625 = ");
  });

  test("a pair's coefficient: 1 of 1 pair, times β σ(−β m), up and down; a reference's is its share of the tokens", () => {
    const row = (index: number, advantage: number | null, c: number, weight: number) =>
      response({ index, reward: 0.5, advantage, gradient: gradient([c, c], 1, weight) });
    const told = (loss: "preference" | "crossEntropy", responses: readonly ResponseView[]) => {
      const own = { ...group, responses };
      const other = { ...with_("objective", { loss, aggregation: "tokenMean" }) };
      return responses
        .filter(({ advantage }) => advantage !== null)
        .map((r) => {
          const at = { response: r, token: 0, group: 0, step: { ...view, groups: [own] }, config: other };
          const [why] = lines({ about: "advantage", values: { response: r, group: own, config: other } });
          return [lines({ about: "coefficient", values: at })[0], why];
        });
    };
    expect(told("preference", [row(0, 1, 0.04, 0.04), row(1, null, 0, 0), row(2, -1, -0.04, 0.04)])).toEqual([
      ["1 / 1 × 0.04 × 1 = 0.04", "1 = 1"],
      ["1 / 1 × 0.04 × (−1) = −0.04", "−1 = −1"],
    ]);
    expect(told("crossEntropy", [row(0, 1, 0.25, 1), row(1, 1, 0.25, 1)])[1]).toEqual([
      "1 / 4 × 1 × 1 = 0.25",
      "1 = 1",
    ]);
  });

  test("f over its slope at 1 lets a revised token weigh as much as any other", () => {
    const other = with_("hindsight", { shapingScale: "unit", gamma: 2 });
    const own = { ...revision, gradient: gradient([1, 1], 1, 1) };
    const [left, right] = sides(
      lines({ about: "weight", values: { response: own, token: 0, config: other } })[0],
    );
    expect([left, right]).toEqual([1, 1]);
  });

  test("the bound: responses that leave the same unmet are one term", () => {
    const values = {
      of: "a group",
      chain: boundChain([[1], [3], [2]], [0.5, 0.5, 0])!,
    };
    // X̄ = ⅓; the two that miss half: ⅙ · (1 + 3)/3 = 2/9; the one that misses nothing: −⅓ · ⅔ = −2/9. Both cancel out.
    expect(values.chain.error).toBeCloseTo(0, 12);
    const moved = { ...values, chain: boundChain([[1], [3], [-1]], [0.5, 0.5, 0])! };
    expect(lines({ about: "boundLeft", values: moved })).toEqual([
      "(0.5 − 0.3333333) × 1.333333 + (0 − 0.3333333) × (−0.3333333) = 0.333333",
    ]);
    expect(explain({ about: "unmetWeight", values: moved }).filled).toEqual([
      "0.5 × 0.666667 + 0 × 0.333333 = 0.333333",
    ]);
  });

  test("over a curve: the responses of the update that is on screen, or what was recorded", () => {
    expect(lines(metric("reward", 1 / 3))).toEqual(["1 / 3 = 0.333333"]);
    expect(lines(metric("reward", 0.4, 3))).toEqual(["recorded: 0.4"]);
    expect(explain(metric("grad_norm", 0.7)).kernel[0][0]).toContain("adamw.wgsl");
    expect(explain(metric("hindsight/gap", 1.125)).title).toBe("Hindsight gap, update 7");
  });
});

test("digits: enough to compute with, true minus signs", () => {
  expect([0.5416666666, -3, 1e-6, -0, 4.123456789e-7].map((value) => precise(value))).toEqual([
    "0.541667",
    "−3",
    "0.000001",
    "0",
    "4.12346e−7",
  ]);
});

describe("a sentence", () => {
  const ask = () => questions[0][0];

  test("is cut at its numbers, in their order, and stays whole", () => {
    const sentence = "spread 4.8 over 4.8 tokens";
    const parts = sentenceParts(sentence, [
      ["4.8", ask],
      ["", ask],
      ["4.8", ask],
      ["9", ask],
    ]);
    expect(parts.map(({ text, ask }) => [text, ask !== null])).toEqual([
      ["spread ", false],
      ["4.8", true],
      [" over ", false],
      ["4.8", true],
      [" tokens", false],
    ]);
    expect(parts.map(({ text }) => text).join("")).toBe(sentence);
  });
});
