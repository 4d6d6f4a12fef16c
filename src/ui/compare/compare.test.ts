import { describe, expect, test } from "vitest";
import type { Experiment, UnitResult } from "../../experiments/experiment";
import paper from "../../../experiments/paper.json";
import { resolveConfig } from "../../runs/presets";
import type { ComparedRun, RunCurves } from "../../runs/run_curves";
import { firstLink, readLink, writeLink } from "./address";
import { comparedMetrics } from "./compared_metrics";
import { sampledOf, seriesCurve, smoothed, xAfter } from "./curve_data";
import { browserEntry, seriesOf } from "./entries";
import { finalRows, finalTable, sortedRows } from "./final_numbers";
import { seriesNames } from "./names";
import { paperColumns } from "./paper_lines";
import { knownCurves, knownMeasures, panelsOf, shownByDefault, upright } from "./panels";
import { isReproduced, publishedCurves, publishedOf } from "./published";

type Variant = Parameters<typeof resolveConfig>[0]["variant"];

const run = (variant: Variant, seed: number, settings: [string, string][] = [], steps = 4): ComparedRun => ({
  id: `${variant}-${seed}-${settings.join()}-${steps}`,
  config: resolveConfig({ preset: "pocket-rare", variant, seed, settings }),
  model: { name: "pocket", sha256: "a".repeat(64) },
  ...{ backend: "cpu", steps, digest: "d", updated: "2026-01-01", imported: null },
});

/** Four updates of 8 responses, evaluated before the first and after the second and the fourth. */
const curvesAt = (height: number): RunCurves => ({
  columns: {
    step: [1, 2, 3, 4],
    responses: [8, 16, 24, 32],
    num_tokens: [100, 200, 320, 400],
    judge_calls: [0, 0, 0, 0],
    seconds: [1, 2, 3, 4],
    reward: [height, height + 0.1, null, height + 0.3],
  },
  evaluations: [0, 2, 4].map((step) => ({
    ...{ step, split: "heldout" as const, n: 10, all_met: 0 },
    reward: height + step / 10,
  })),
});
const metric = (id: string) => comparedMetrics.find((one) => one.id === id)!;

describe("series", () => {
  test("runs that differ in their seed alone are one, by seed; of two with one seed the longer stays", () => {
    const entries = [run("herl", 1), run("rlvr", 0), run("herl", 0), run("herl", 1, [], 9)].map(browserEntry);
    const series = seriesOf(entries);
    expect(series.map(({ entries }) => entries.map(({ id }) => id))).toEqual([
      ["herl-0--4", "herl-1--9"],
      ["rlvr-0--4"],
    ]);
    expect(seriesOf([entries[2]])[0].id).toBe(series[0].id);
    const elsewhere = { ...run("herl", 2), model: { name: "pocket", sha256: "b".repeat(64) } };
    expect(seriesOf([entries[0], browserEntry(elsewhere)])).toHaveLength(2);
  });

  test("are named by what sets them apart; what they have in common is said once", () => {
    const two = seriesOf([run("herl", 0), run("rlvr", 0)].map(browserEntry));
    const { names, common } = seriesNames(two);
    expect([...names.values()]).toEqual(["HeRL", "RLVR"]);
    expect(common).toBe("pocket-rare, model pocket, cpu, this browser");
    const changed = run("herl", 0, [["hindsight.gamma", "0.5"]]);
    const apart = seriesNames(seriesOf([run("herl", 0), changed].map(browserEntry)));
    expect([...apart.names.values()]).toEqual(["HeRL", "HeRL, hindsight.gamma 0.5"]);
    expect(seriesNames([])).toEqual({ names: new Map(), common: "" });
  });
});

describe("curves", () => {
  test("stand over what was used: columns as they are, evaluations where their update ended", () => {
    const curves = curvesAt(0.1);
    expect(sampledOf(curves, metric("reward"), "tokens")).toEqual([
      { step: 1, x: 100, y: 0.1 },
      { step: 2, x: 200, y: 0.2 },
      { step: 3, x: 320, y: null },
      { step: 4, x: 400, y: 0.4 },
    ]);
    expect(sampledOf(curves, metric("heldout.reward"), "responses").map(({ x }) => x)).toEqual([0, 16, 32]);
    const thin = { step: [10, 30], responses: [80, 200] };
    expect([0, 5, 10, 20, 30, 99].map((step) => xAfter(thin, "responses", step))).toEqual([
      0, 40, 80, 140, 200, 200,
    ]);
  });

  test("of several seeds are a mean, over mean x, as far as all go, with the range or the interval", () => {
    const runs = [
      [{ step: 1, x: 10, y: 1 }, { step: 2, x: 20, y: 2 }, { step: 3, x: 30, y: null }, { step: 4, x: 40, y: 9 }],
      [{ step: 1, x: 14, y: 3 }, { step: 2, x: 24, y: 6 }, { step: 3, x: 34, y: 5 }],
    ]; // prettier-ignore
    const { mean, band, singles } = seriesCurve(runs, "range");
    expect(mean).toEqual([
      { x: 12, y: 2 },
      { x: 22, y: 4 },
      { x: 32, y: 5 },
    ]);
    expect(band).toEqual([
      { x: 12, low: 1, high: 3 },
      { x: 22, low: 2, high: 6 },
    ]);
    expect(singles[0]).toHaveLength(4);
    // Two values 1 and 3: mean 2, s = √2, t(0.975; 1) = 12.706, so 2 ± 12.706.
    const [first] = seriesCurve(runs, "interval").band;
    expect(first.low).toBeCloseTo(2 - 12.7062, 3);
    expect(first.high).toBeCloseTo(2 + 12.7062, 3);
    expect(seriesCurve(runs, "none").band).toEqual([]);
    expect(seriesCurve([runs[0]], "range")).toMatchObject({ band: [], singles: [] });
  });

  test("are smoothed without forgetting at the start, over gaps, and not at all at 0", () => {
    const points = [1, 3, null, 5].map((y, x) => ({ x, y }));
    // (3 + 1/2 · 1) / (1 + 1/2); then (5 + 3/2 + 1/4) / (1 + 1/2 + 1/4).
    expect(smoothed(points, 0.5).map(({ y }) => y)).toEqual([1, 3.5 / 1.5, null, 6.75 / 1.75]);
    expect(smoothed(points, 0)).toBe(points);
    const flat = Array.from({ length: 9 }, (_, x) => ({ x, y: 0.7 }));
    for (const { y } of smoothed(flat, 0.9)) expect(y).toBeCloseTo(0.7, 12);
  });
});

describe("where they ended", () => {
  const heights = { herl: [0.2, 0.3, 0.4, 0.5, 0.6], rlvr: [0.1, 0.1, 0.3, 0.3, 0.5] };
  const runs = (["herl", "rlvr"] as const).flatMap((variant) =>
    heights[variant].map((height, seed) => ({ run: run(variant, seed), curves: curvesAt(height) })),
  );
  const series = seriesOf(runs.map((one) => browserEntry(one.run)));
  const loaded = Object.fromEntries(runs.map((one) => [one.run.id, { curves: one.curves }]));
  const curves = knownCurves(series, loaded);
  const { names } = seriesNames(series);
  const rows = finalRows(series, names, knownMeasures(series, curves), series[1].id);

  test("means with intervals, areas, what was used, and paired differences with a sign-flip test", () => {
    const [herl, rlvr] = rows;
    expect([herl.name, herl.seeds, herl.measures["heldout.reward"].mean]).toEqual(["HeRL", 5, 0.8]);
    // Trapezoids over 0, 16, 32 responses: the mean height is that at the middle.
    expect(herl.measures["auc.heldout.reward"].mean).toBeCloseTo(0.6, 12);
    expect([herl.measures.responses.mean, herl.measures.tokens.mean]).toEqual([32, 400]);
    expect([herl.measures.seconds.mean, herl.measures.judge_calls.mean]).toEqual([4, 0]);
    expect(rlvr.difference).toBeNull();
    // .1 .2 .1 .2 .1: mean .14, all of one sign, so that 2 of 32 patterns are as extreme.
    expect(herl.difference!.mean).toBeCloseTo(0.14, 12);
    expect([herl.difference!.n, herl.difference!.p]).toEqual([5, 2 / 32]);
    const other = seriesOf([browserEntry(run("he", 9))]);
    const unpaired = finalRows([...series, ...other], names, knownMeasures(series, curves), series[1].id);
    expect(unpaired[2].difference).toBeNull();
  });

  test("sorted by any column, unknown numbers last; as a table with every number", () => {
    const bare = { ...rows[0], id: "bare", name: "A", measures: { ...rows[0].measures, seconds: { n: 0, mean: null, low: null, high: null } } }; // prettier-ignore
    const all = [bare, ...rows];
    const sorted = (key: "name" | "heldout.reward" | "seconds", isRising: boolean) =>
      sortedRows(all, { key, isRising }).map(({ name }) => name);
    expect(sorted("name", true)).toEqual(["A", "HeRL", "RLVR"]);
    expect(sorted("heldout.reward", true)[0]).toBe("RLVR");
    expect(sorted("seconds", true).at(-1)).toBe("A");
    expect(sorted("seconds", false).at(-1)).toBe("A");
    const table = finalTable(rows, "RLVR");
    expect(table.rows.map((row) => row.length)).toEqual([table.columns.length, table.columns.length]);
    expect(table.columns).toContain("less RLVR");
    expect(finalTable(rows, null).columns).not.toContain("pairs");
  });

  test("panels have the series that know the metric", () => {
    const link = { metrics: ["heldout.reward", "kl"], axis: "step" } as const;
    const panels = panelsOf(series, curves, link, "range");
    expect(panels.map(({ metric: { id }, curves: known }) => [id, known.size])).toEqual([
      ["heldout.reward", 2],
      ["kl", 0],
    ]);
  });
});

describe("a published experiment", () => {
  const experiment: Experiment = {
    ...{ format: 1, name: "small", title: "T", question: "Q?", expectation: "E", claims: [] },
    paper: { says: "S", where: "W" },
    parts: [
      {
        ...{ name: "rare", preset: "pocket-rare", steps: 4, models: ["pocket"], seeds: [0, 1] },
        settings: { groups: 2 },
        arms: [
          { name: "HeRL", method: "herl" },
          { name: "RLVR", method: "rlvr", rate: "tuned" },
        ],
      },
    ],
  };
  const { columns, evaluations } = curvesAt(0.2);
  const result = (seed: number): UnitResult => ({
    ...{ key: "k", part: "rare", arm: "HeRL", model: "pocket", seed, code_version: "0", seconds: 9 },
    ...{ digest: "end", digests: { "2": "half", "4": "end" }, evaluations, probes: {} },
    curve: { ...columns, step_time: [1, 1, 1, 1] },
  });

  test("is its units beside their results; those that wait are counted", () => {
    const published = publishedOf(experiment, [result(1)], {});
    expect(published.entries.map(({ id, steps }) => [id, steps])).toEqual([
      ["rare/HeRL/pocket/0", 0],
      ["rare/HeRL/pocket/1", 4],
    ]);
    expect(published.waiting).toEqual(Array(2).fill("the tuned rate of rlvr on pocket-rare"));
    const tuned = publishedOf(experiment, [], { "pocket-rare": { rlvr: 0.003 } });
    expect(tuned.entries[2].config.optimizer.learningRate).toBe(0.003);
    const series = seriesOf(published.entries);
    expect(shownByDefault(series)).toEqual(series);
    expect(knownCurves(series, {}).size).toBe(1);
  });

  test("arms of a model stand together, whatever the order of the definition", () => {
    const [part] = experiment.parts;
    const two = { ...experiment, parts: [{ ...part, models: ["pocket", "pocket-2"], seeds: [0] }] };
    const { entries } = publishedOf(two, [], { "pocket-rare": { rlvr: 0.003 } });
    expect(entries.map(({ id }) => id)).toEqual([
      ...["rare/HeRL/pocket/0", "rare/RLVR/pocket/0"],
      ...["rare/HeRL/pocket-2/0", "rare/RLVR/pocket-2/0"],
    ]);
  });

  test("a series that used nothing of what the axis counts would stand upright, unless all do", () => {
    const none = { ...result(1), arm: "RLVR", curve: { ...columns, responses: [0, 0, 0, 0] } };
    const rates = { "pocket-rare": { rlvr: 0.003 } };
    const series = seriesOf(publishedOf(experiment, [result(0), none], rates).entries);
    const uprightOn = (axis: "responses" | "step", of = series) =>
      upright(panelsOf(of, knownCurves(of, {}), { metrics: ["heldout.reward", "reward"], axis }, "range"));
    expect([...uprightOn("responses")]).toEqual([series[1].id]);
    expect(uprightOn("step").size).toBe(0);
    expect(uprightOn("responses", [series[1]]).size).toBe(0);
  });

  test("thinned curves count the seconds of every update", () => {
    const thin = { ...result(0), curve: { step: [1, 3, 4], step_time: [2, 1, 5] } };
    expect(publishedCurves(thin).columns["seconds"]).toEqual([2, 4, 9]);
  });

  test("is reproduced by its digest after the last update, and by nothing where there is none", () => {
    const { source } = publishedOf(experiment, [result(0)], {}).entries[0];
    if (!("unit" in source)) throw new Error("a published entry has a unit");
    expect(isReproduced(source.unit, result(0), "end")).toBe(true);
    expect(isReproduced(source.unit, result(0), "other")).toBe(false);
    const unevaluated = { ...result(0), digests: {}, probes: { "passAtK.heldout.8": 1 } };
    expect(isReproduced(source.unit, unevaluated, "end")).toBeNull();
  });
});

test("a link says what is compared, and what it does not know is left out", () => {
  const link = { experiment: "ordering", show: ["0123abcd", "ffff0000"], metrics: ["heldout.reward", "kl"], axis: "tokens" } as const; // prettier-ignore
  const through = (parameters: Record<string, string>) =>
    Object.fromEntries(new URLSearchParams(new URLSearchParams(parameters).toString()));
  expect(readLink(through(writeLink(link)))).toEqual(link);
  expect(writeLink(firstLink)).toEqual({});
  expect(readLink({})).toEqual(firstLink);
  expect(readLink({ show: "<b> 0123abcd", metrics: "nonsense", x: "toString" })).toEqual({
    ...firstLink,
    show: ["0123abcd"],
  });
  expect(readLink({ show: "" }).show).toEqual([]);
});

test("the paper's numbers are shares of 1, said to be the paper's, one model and benchmark at a time", () => {
  const columns = paperColumns(paper);
  const ifEval = columns.find(({ name }) => name === "IFEval, Qwen2.5-7B-Instruct")!;
  expect(ifEval.table).toBe("HeRL, Table 1");
  expect(ifEval.lines.at(-1)!.label).toBe("paper: HeRL 82.4 %");
  expect(ifEval.lines.at(-1)!.y).toBeCloseTo(0.824, 12);
  expect(columns.every(({ lines }) => lines.every(({ label, y }) => label.startsWith("paper: ") && y <= 1))).toBe(true); // prettier-ignore
  expect(new Set(columns.map(({ id }) => id)).size).toBe(columns.length);
});
