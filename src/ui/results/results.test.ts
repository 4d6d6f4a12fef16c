import { describe, expect, test } from "vitest";
import exploration from "../../../experiments/exploration/experiment.json";
import generalisation from "../../../experiments/generalisation/experiment.json";
import ordering from "../../../experiments/ordering/experiment.json";
import type { Claim, ClaimResult, Experiment, Verdict } from "../../experiments/experiment";
import { meanOf } from "../../analysis/mean";
import { publishedOf } from "../compare/published";
import {
  claimRows,
  countVerdicts,
  progressOf,
  unitCount,
  type ClaimRow,
} from "../../experiments/report/claim_rows";
import { learningCurves, metricsOf } from "./learning_curves";
import { measureWords, pValue } from "../../experiments/report/measure_words";
import { probeCurves } from "../../experiments/report/probe_curves";
import { inOrder } from "./publications";
import { dotPanels, dotWords, forestPlates, measuresOfClaims } from "../../experiments/report/result_figures";
import {
  claimSentence,
  countSentence,
  differenceText,
  ruleSentence,
  sidesOf,
} from "../../experiments/report/sentences";
import { madeUp, resultsOf } from "./testing/made_up";

const experiments = { ordering, exploration, generalisation } as unknown as Record<string, Experiment>;
const done = madeUp(experiments["ordering"], 10);
const claim: Claim = {
  ...{
    id: "a",
    text: "A ends above B.",
    part: "p",
    measure: "heldout.reward",
    arms: ["A", "B"],
    paper: "above",
  },
};
const estimate = (mean: number, low: number, high: number) => ({ n: 10, mean, low, high });
const rowOf = (verdict: Verdict, own: Partial<Claim> = {}): ClaimRow => {
  const result: ClaimResult = {
    ...{ id: "a", first: estimate(0.5, 0.4, 0.6), second: estimate(0.4, 0.3, 0.5) },
    difference: estimate(0.1, 0.02, 0.18),
    ...{ bootstrap: { low: 0.02, high: 0.18 }, p: 0.002, adjusted: 0.012, verdict },
  };
  return { claim: { ...claim, ...own }, result, verdict };
};

describe("claims", () => {
  test("a claim without a pair of runs is not run yet, whatever a summary says of it", () => {
    const none = madeUp(experiments["ordering"], 0);
    expect(countVerdicts(claimRows(none))).toMatchObject({ notRun: ordering.claims.length, agree: 0 });
    expect([progressOf(none), unitCount(none)]).toEqual(["none", 324]);
    const { summary } = done;
    const unpaired = summary!.claims.map((one) => ({
      ...one,
      difference: { n: 0, mean: null, low: null, high: null },
    }));
    const rows = claimRows({ ...done, summary: { ...summary!, claims: unpaired } });
    expect(countVerdicts(rows).notRun).toBe(ordering.claims.length);
  });

  test("verdicts are the summary's, in the order of the definition", () => {
    const rows = claimRows(done);
    expect(rows.map(({ claim: { id } }) => id)).toEqual(ordering.claims.map(({ id }) => id));
    // Made up so that NaiveHE is far above HE: against the paper.
    expect(rows.find(({ claim: { id } }) => id === "pocket:HE-NaiveHE")?.verdict).toBe("disagree");
    expect(rows.find(({ claim: { id } }) => id === "pocket:HeRL-DPO")?.verdict).toBe("agree");
    expect(rows.find(({ claim: { id } }) => id === "pocket:HE-RLVR")?.verdict).toBe("undecided");
  });

  test("an experiment with some of its runs is partial", () => {
    expect(progressOf(madeUp(experiments["ordering"], 2))).toBe("partial");
    expect(progressOf(done)).toBe("complete");
  });
});

describe("words", () => {
  test.each([
    ["heldout.reward", "reward on unseen instructions", "share"],
    ["auc.heldout.reward", "area under reward on unseen instructions, over responses", "share"],
    ["base.ood.reward", "reward on families that are never trained, before training", "share"],
    ["plain.perplexity", "perplexity on plain text", "plain.perplexity"],
    ["last.entropy", "entropy at the end", "entropy"],
    ["passAtK.heldout.8", "Pass@8", "share"],
    ["passAtK.ood.1", "Pass@1 on families that are never trained", "share"],
    ["explore.guided.4", "pass rate of guided sampling with 4 responses", "share"],
    [
      "explore.ood.entropy.tokens.2",
      "tokens of entropy search with 2 responses on families that are never trained",
      "tokens",
    ],
    ["refine.heldout.4", "pass rate after 4 rounds of revision", "share"],
    ["refine.heldout.gain", "what revision adds to the pass rate", "share"],
    ["something.new", "something.new", "something.new"],
  ])("%s", (name, label, scale) => {
    expect(measureWords(name)).toMatchObject({ label, scale });
  });

  test("every measure of a committed claim has words of its own", () => {
    const committed = import.meta.glob<Experiment>("../../../experiments/*/experiment.json", {
      ...{ eager: true, import: "default" },
    });
    const names = Object.values(committed).flatMap(({ claims }) =>
      claims.flatMap(({ measure, against }) => [measure, ...(against ? [against] : [])]),
    );
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => measureWords(name).label === name)).toEqual([]);
  });

  test("sentences carry the numbers", () => {
    const row = rowOf("agree");
    expect(differenceText(row.result!, claim)).toBe("+0.100 (+0.020 to +0.180)");
    expect(claimSentence(row)).toBe(
      "A ends above B. +0.100 (+0.020 to +0.180) over 10 pairs, p = 0.012: agree.",
    );
    expect(claimSentence({ claim, result: null, verdict: "notRun" })).toBe("A ends above B. Not run yet.");
    expect([pValue(0.03), pValue(0.00042), pValue(1e-9)]).toEqual(["0.030", "0.0004", "< 0.0001"]);
  });

  test("sides are arms, or what sets two measures apart", () => {
    expect(sidesOf(claim)).toEqual({ first: "A", second: "B", common: "reward on unseen instructions" });
    const own = (measure: string, against: string): Claim => ({
      ...claim,
      arms: ["A", "A"],
      measure,
      against,
    });
    expect(sidesOf(own("ood.reward", "base.ood.reward"))).toEqual({
      ...{ first: "after training", second: "before training" },
      common: "reward on families that are never trained",
    });
    expect(sidesOf(own("explore.guided.4", "explore.stochastic.4"))).toEqual({
      ...{ first: "guided", second: "stochastic" },
      common: "pass rate of … sampling with 4 responses",
    });
    expect(sidesOf(own("refine.heldout.4", "passAtK.heldout.4"))).toEqual({
      ...{ first: "pass rate after 4 rounds of revision", second: "Pass@4", common: "" },
    });
    const both = { ...claim, measure: "refine.heldout.4", against: "passAtK.heldout.4" };
    expect(sidesOf(both).second).toBe("B, Pass@4");
  });

  test("counts are sentences in one and in many", () => {
    expect(countSentence({ agree: 1, disagree: 2, undecided: 1, notRun: 0 })).toBe(
      "1 agrees with the paper, 2 disagree and 1 is undecided.",
    );
    expect(countSentence({ agree: 0, disagree: 0, undecided: 0, notRun: 7 })).toBe(
      "0 agree with the paper, 0 disagree, 0 are undecided and 7 have not been run yet.",
    );
  });

  test("the rule counts the comparisons, and tells the margin where there is one", () => {
    expect(ruleSentence([rowOf("agree")])).toContain("Holm for the 1 comparison of");
    expect(ruleSentence([rowOf("agree")])).not.toContain("no difference");
    expect(ruleSentence([rowOf("agree", { paper: "equal", margin: 0.05 })])).toContain("within 0.05 of zero");
  });
});

describe("figures", () => {
  test("differences of one scale stand together, a group a part and measure", () => {
    const publication = madeUp(experiments["generalisation"], 10);
    const rows = claimRows(publication);
    const plates = forestPlates(publication, rows);
    expect(plates.map(({ scale }) => scale)).toEqual(["share", "plain.nats"]);
    const headings = plates[0].groups.map(({ heading }) => heading);
    expect(headings[0]).toBe("pocket: reward on new words and combinations");
    const other = plates[0].groups.find(({ heading }) =>
      heading.startsWith("pocket-rare: reward on families"),
    );
    expect(other?.rows.map(({ label }) => label)).toEqual([
      "HeRL: after training − before training",
      "HeRL − SFT",
    ]);
    expect(new Set(headings).size).toBe(headings.length);
    expect(plates.flatMap((plate) => plate.rows)).toHaveLength(rows.length);
    expect(plates[0].table.rows[0]).toHaveLength(plates[0].table.columns.length);
    for (const row of rows)
      expect(plates.some(({ words }) => words.summary.includes(claimSentence(row)))).toBe(true);
  });

  test("arms of every part, and where they began", () => {
    const panels = dotPanels(done, "heldout.reward");
    expect(panels.map(({ heading, rows }) => [heading, rows.length])).toEqual([
      ["pocket", 6],
      ["pocket-rare", 6],
      ["pocket-unseen", 6],
    ]);
    const { measures } = done.summary!.arms[0];
    expect(panels[0].rows[0]).toMatchObject({ label: "RLVR", n: 12, mean: measures["heldout.reward"].mean });
    expect(panels[0].start).toBe(measures["base.heldout.reward"].mean);
    expect(dotWords(panels, "heldout.reward").table.rows).toHaveLength(18);
    expect(dotPanels(done, "no.such")).toEqual([]);
  });

  test("measures of claims, each once", () => {
    expect(measuresOfClaims(claimRows(done))).toEqual(["heldout.reward", "auc.heldout.reward"]);
  });

  test("pass rates over responses are curves, tokens and rewards are not", () => {
    const [first] = probeCurves(madeUp(experiments["exploration"], 3));
    const names = first.series.map(({ name }) => name);
    expect(names).toContain("guided");
    expect(names.join()).not.toContain("tokens");
    const guided = first.series.find(({ name }) => name === "guided")!;
    expect(guided.line.map(({ x }) => x)).toEqual([1, 2, 3, 4]);
    expect(guided.band).toHaveLength(4);
    expect(probeCurves(madeUp(experiments["exploration"], 0))).toEqual([]);
    expect(probeCurves(done)).toEqual([]);
  });
});

describe("the course of training", () => {
  // Rates that no one has tuned: any will do for units whose results are made up.
  const rate = { rlvr: 1e-3, naivehe: 1e-3, he: 1e-3, herl: 1e-3, sft: 1e-3, dpo: 1e-3 };
  const rates = { pocket: rate, "pocket-rare": rate, "pocket-unseen": rate };
  const results = resultsOf(experiments["ordering"], 3);
  const published = publishedOf(experiments["ordering"], results, rates);
  const metric = metricsOf(published).find(({ id }) => id === "entropy")!;

  test("a series an arm: the mean over models and seeds", () => {
    const { series, xName, table } = learningCurves(published, "pocket-rare", metric);
    expect(series.map(({ name }) => name)).toEqual(["RLVR", "NaiveHE", "HE", "HeRL", "SFT", "DPO"]);
    const own = results.filter(({ part, arm }) => part === "pocket-rare" && arm === "HE");
    expect(own).toHaveLength(9);
    const last = own.map(({ curve }) => curve["entropy"].at(-1)!);
    expect(series[2].line.at(-1)).toEqual({ x: 40 * 64, y: expect.closeTo(meanOf(last), 12) });
    expect(series[2].band).toHaveLength(3);
    expect([xName, table.rows.length]).toEqual(["responses", 6 * 3]);
  });

  test("only what some run has can be chosen", () => {
    const ids = metricsOf(published).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["heldout.reward", "reward", "entropy"]));
    expect(ids).not.toContain("completions/mean_length");
  });
});

test("experiments stand in the paper's order, unknown ones last", () => {
  const named = (name: string) => ({ ...done, experiment: { ...done.experiment, name } });
  const names = inOrder(["zebra", "bonus", "dynamics", "ant", "ordering"].map(named));
  expect(names.map(({ experiment: { name } }) => name)).toEqual([
    "ordering",
    "dynamics",
    "bonus",
    "ant",
    "zebra",
  ]);
});
