import { expect, test } from "vitest";
import { measuresOf } from "./measures";
import { readResults, resultOf, sortResults } from "./results";
import { summarize, verdictOf } from "./summarize";
import { resultWith, smallExperiment } from "./testing/small";
import { thinCurve } from "./thin_curve";
import { tunedRates } from "./tuned_rates";
import { unitsOf, type Unit } from "./units";

test("numbers of a unit by name", () => {
  const measures = measuresOf(resultWith(0.8, { probes: { "passAtK.heldout.8": 0.25 } }));
  expect(measures).toMatchObject({
    ...{ "heldout.reward": 0.8, "base.heldout.reward": 0, "passAtK.heldout.8": 0.25 },
    ...{ responses: 40, tokens: 400, judge_calls: 0, seconds: 6 },
    ...{ "last.entropy": 0.4, "auc.heldout.reward": 0.4, "auc_updates.heldout.reward": 0.4 },
  });
  expect(measures["mean.entropy"]).toBeCloseTo(0.7, 12);
});

test("areas go over responses, and over updates where none are generated", () => {
  const evaluations = [
    { step: 0, split: "ood" as const, n: 1, reward: 0, all_met: 0 },
    { step: 1, split: "ood" as const, n: 1, reward: 1, all_met: 1 },
    { step: 4, split: "ood" as const, n: 1, reward: 1, all_met: 1 },
  ];
  const curve = { step: [1, 2, 3, 4], responses: [30, 30, 30, 40] };
  // Responses: from 0 to 30 half, from 30 to 40 full: 25 of 40. Updates: 3.5 of 4.
  expect(measuresOf(resultWith(0, { evaluations, curve }))).toMatchObject({
    ...{ "auc.ood.reward": 25 / 40, "auc_updates.ood.reward": 3.5 / 4 },
  });
  const none = measuresOf(resultWith(0, { evaluations, curve: { ...curve, responses: [0, 0, 0, 0] } }));
  expect(none["auc.ood.reward"]).toBe(3.5 / 4);
});

test("perplexity, and what else an evaluation measures, goes by the name of its field", () => {
  const evaluations = [
    { step: 4, split: "plain" as const, n: 99, reward: null, all_met: null, perplexity: 3.5 },
  ];
  const measures = measuresOf(resultWith(0, { evaluations }));
  expect(measures["plain.perplexity"]).toBe(3.5);
  expect(measures["plain.nats"]).toBeCloseTo(1.252763, 6);
  expect(Object.keys(measures)).not.toContain("plain.reward");
});

const seeds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const pairs = (gains: readonly number[]) =>
  gains.flatMap((gain, seed) => [
    resultWith(0.5 + seed / 100 + gain, { arm: "HeRL", seed }),
    resultWith(0.5 + seed / 100, { arm: "RLVR", seed }),
  ]);

test("a claim is decided by pairs: ten gains of one sign agree, though the seeds differ more than the arms", () => {
  const experiment = smallExperiment({ seeds });
  const summary = summarize(experiment, pairs(seeds.map((seed) => 0.01 + seed / 1000)), 20);
  expect(summary).toMatchObject({ done: 20, units: 20, responses: 800, tokens: 8000, core_minutes: 2 });
  const [claim] = summary.claims;
  expect(claim).toMatchObject({ id: "more", verdict: "agree", p: 2 / 1024, adjusted: 2 / 1024 });
  expect(claim.difference.mean).toBeCloseTo(0.0145, 8);
  expect(claim.first.n).toBe(10);
  expect(summary.arms.map(({ arm }) => arm)).toEqual(["HeRL", "RLVR"]);
  expect(summary.arms[1].measures["heldout.reward"]).toMatchObject({ n: 10, mean: 0.545 });
});

test("five seeds of one sign prove nothing; a sign the other way disagrees; Holm counts every claim", () => {
  const [claim] = smallExperiment().claims;
  const verdicts = (gains: readonly number[], claims = [claim]) =>
    summarize(smallExperiment({ seeds }, { claims }), pairs(gains), 20).claims.map(({ verdict }) => verdict);
  expect(verdicts([0.1, 0.2, 0.1, 0.2, 0.1])).toEqual(["undecided"]);
  expect(verdicts(seeds.map((seed) => -0.1 - seed / 100))).toEqual(["disagree"]);
  // p is 2/1024; thirty claims raise it to .059.
  const many = Array.from({ length: 30 }, (_, i) => ({ ...claim, id: String(i) }));
  expect(
    verdicts(
      seeds.map((seed) => 0.1 + seed / 100),
      many,
    ),
  ).toEqual(Array(30).fill("undecided"));
});

test("only pairs count, and no pair decides nothing", () => {
  const experiment = smallExperiment({ seeds });
  const lone = [resultWith(0.9, { seed: 1 }), resultWith(0.5, { arm: "RLVR", seed: 2 })];
  expect(summarize(experiment, lone, 20).claims[0]).toMatchObject({
    ...{ difference: { n: 0, mean: null, low: null, high: null }, p: 1, adjusted: 1, verdict: "undecided" },
  });
});

test("a number is compared with another one of the same unit", () => {
  const claim = {
    ...smallExperiment().claims[0],
    arms: ["HeRL", "HeRL"] as const,
    against: "base.heldout.reward",
  };
  const { claims } = summarize(smallExperiment({ seeds }, { claims: [claim] }), pairs([0.2, 0.3]), 20);
  expect(claims[0].difference).toMatchObject({ n: 2, mean: (0.7 + 0.81) / 2 });
});

test("equality is shown by an interval within the margin, not by a difference that was missed", () => {
  const verdict = (low: number, high: number, adjusted: number) =>
    verdictOf({ paper: "equal", margin: 0.05 }, { n: 10, mean: (low + high) / 2, low, high }, adjusted);
  expect(verdict(-0.02, 0.04, 0.5)).toBe("agree");
  expect(verdict(0.01, 0.04, 0.001)).toBe("agree");
  expect(verdict(-0.2, 0.3, 0.5)).toBe("undecided");
  expect(verdict(0.01, 0.08, 0.001)).toBe("undecided");
  expect(verdict(0.06, 0.08, 0.001)).toBe("disagree");
  expect(verdict(-0.08, -0.06, 0.2)).toBe("undecided");
});

test("results go beside their units: the latest line, shared ones under their own names, others are stale", () => {
  const units = unitsOf(smallExperiment(), { modelHash: () => "hash", rates: {} }) as Unit[];
  const [first, second] = units;
  const old = resultOf(first, resultWith(0.1, { key: first.key }));
  const again = resultOf(first, resultWith(0.2, { key: first.key, part: "elsewhere" }));
  const stale = resultOf(second, resultWith(0.3, { key: "of another definition" }));
  const sorted = sortResults(units, [stale, old, again]);
  expect(sorted.results).toEqual([again]);
  expect(sorted.missing).toEqual(units.slice(1));
  expect(sorted.stale).toEqual([stale]);
  // On a machine without the model nothing can be said about its lines.
  const waiting = unitsOf(smallExperiment(), { modelHash: () => null, rates: {} });
  expect(sortResults(waiting, [old])).toEqual({ results: [old], missing: [], stale: [] });
});

test("a line that was cut off is left out", () => {
  const lines = [resultWith(0.1), resultWith(0.2)].map((result) => JSON.stringify(result)).join("\n");
  expect(readResults(lines)).toEqual([resultWith(0.1)]);
  expect(readResults(`${lines}\n`)).toHaveLength(2);
  expect(readResults("")).toEqual([]);
});

test("long curves are thinned, and keep their evaluations and their end", () => {
  const metrics = Array.from({ length: 203 }, (_, i) => ({
    ...{
      step: i + 1,
      responses: 8 * (i + 1),
      judge_calls: 0,
      num_tokens: i,
      step_time: 0.1234567,
      digest: "d",
    },
    ...{ entropy: i / 7, kl: null, "hindsight/gap": i < 100 ? null : 1, "gradient/desired_share": 1 },
  }));
  const curve = thinCurve(metrics, 50);
  const steps = curve["step"] as number[];
  expect(steps.length).toBeLessThanOrEqual(30);
  expect(steps).toEqual(expect.arrayContaining([50, 100, 150, 200, 203]));
  expect(curve["entropy"][steps.indexOf(50)]).toBe(7);
  expect(curve["entropy"][steps.indexOf(100)]).toBe(14.143);
  expect(Object.keys(curve).sort()).toEqual(
    ["entropy", "hindsight/gap", "judge_calls", "num_tokens", "responses", "step", "step_time"], // prettier-ignore
  );
  expect(thinCurve(metrics.slice(0, 24), 10)["step"]).toHaveLength(24);
});

test("the rate of the largest area is chosen, once all of a method's runs are there", () => {
  const arm = (learningRate: number) => ({
    ...{ name: `HeRL at ${learningRate}`, method: "herl" as const },
    settings: { "optimizer.learningRate": learningRate },
  });
  const experiment = smallExperiment({ arms: [arm(0.01), arm(0.001)] });
  const results = [0, 1].flatMap((seed) => [
    resultWith(0.3 + seed / 10, { arm: "HeRL at 0.01", seed }),
    resultWith(0.5 - seed / 50, { arm: "HeRL at 0.001", seed }),
  ]);
  expect(tunedRates(experiment, results)).toEqual({ "pocket-rare": { herl: 0.001 } });
  expect(tunedRates(experiment, results.slice(1))).toEqual({});
  const equal = results.map((result) => ({ ...resultWith(0.4), arm: result.arm, seed: result.seed }));
  expect(tunedRates(experiment, equal)).toEqual({ "pocket-rare": { herl: 0.001 } });
});
