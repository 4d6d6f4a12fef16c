/**
 * The published experiments: every result is of a unit of its definition, every summary follows from the results, and of
 * each experiment a unit that is run again gives its digest.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reportFiles } from "../src/experiments/report/report";
import { sortResults } from "../src/experiments/results";
import { summarize } from "../src/experiments/summarize";
import { unitName } from "../src/experiments/units";
import { experimentNames, experimentsWithRuns, published, repeatSample } from "./published";

test("there are experiments", () => {
  expect(experimentNames.length).toBeGreaterThan(0);
});

describe.each(experimentNames)("%s", (name) => {
  test("its results are those of its definition, and its summary follows from them", async () => {
    const { definition, results, summary, units } = await published(name);
    const sorted = sortResults(units, results);
    expect(sorted.stale.map(unitName)).toEqual([]);
    if (!summary) return;
    expect(summarize(definition, sorted.results, units.length)).toEqual(summary);
    for (const [path, text] of reportFiles({ experiment: definition, summary }))
      expect(readFileSync(new URL(`../experiments/${name}/${path}`, import.meta.url), "utf8")).toBe(text);
  }, 120_000);
});

describe.each(experimentsWithRuns)("%s", (name) => {
  test("a unit of it gives its digest again", async (context) => {
    const repeated = await repeatSample(await published(name));
    if (!repeated) return context.skip("not run yet");
    expect(repeated.digest).toBe(repeated.expected);
  }, 240_000);
});
