/** A published run made again in Firefox: on the cpu backend its digests are those of every other browser. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import recordedManifest from "../experiments/learning-proof/manifest.json?raw";
import recordedMetrics from "../experiments/learning-proof/metrics.jsonl?raw";
import { isWaiting, type Unit } from "../src/experiments/units";
import type { RunConfig } from "../src/runs/config";
import { evaluationFields, extendDigest } from "../src/runs/digest";
import type { EvaluationRow } from "../src/runs/evaluate";
import { checkManifest, type Manifest } from "../src/runs/manifest";
import type { MetricsRow } from "../src/runs/metrics";
import { writeUrl } from "../src/ui/url_state";
import { Firefox } from "./firefox";
import { published } from "./published";

const path = process.env["FIREFOX"];

/** Updates that are made again: two evaluations are among them. */
const updates = 10;

/** What the page has stored of a run. */
interface Stored {
  readonly steps: readonly { readonly step: number; readonly metrics: MetricsRow }[];
  readonly evaluations: readonly { readonly step: number; readonly rows: readonly EvaluationRow[] }[];
}

/** An expression for what is stored of the run with this seed; the browser is the test's own, and seeds differ. */
const stored = (seed: number) => `(async () => {
  const resolved = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await resolved(indexedDB.open("herl-playground"));
  const all = (store) => resolved(database.transaction(store).objectStore(store).getAll());
  const [runs, steps, evaluations] = [await all("runs"), await all("steps"), await all("evaluations")];
  database.close();
  const id = runs.find(({ manifest }) => manifest.seed === ${seed})?.id;
  const own = ({ run }) => run === id;
  const told = ({ step, metrics, rows }) => ({ step, metrics, rows });
  return { steps: steps.filter(own).map(told), evaluations: evaluations.filter(own).map(told) };
})()`;

/** Trains a run in the page until it has so many updates, and resolves with what was stored of it. */
async function trained(firefox: Firefox, config: RunConfig): Promise<Stored> {
  const query = writeUrl({ config, backend: "cpu", view: "train", place: { group: 0, pinned: null } });
  await firefox.open(inject("siteUrl") + query);
  await expect
    .poll(() => firefox.evaluate<string>(`document.querySelector("main").textContent`), { timeout: 60_000 })
    .toContain("Paused after update 0, phase grade");
  await firefox.press(" ");
  const steps = async () => (await firefox.evaluate<Stored>(stored(config.seed))).steps.length;
  // One update more: the evaluation after the last one that counts is stored by then.
  await expect.poll(steps, { timeout: 100_000, interval: 500 }).toBeGreaterThan(updates);
  return firefox.evaluate<Stored>(stored(config.seed));
}

describe.skipIf(!path)("in Firefox", () => {
  let firefox: Firefox;
  beforeAll(async () => {
    firefox = await Firefox.launch(path!);
  });
  afterAll(() => firefox?.close());

  test("the learning proof's first updates: the committed digests", async () => {
    const { config } = checkManifest(JSON.parse(recordedManifest) as Partial<Manifest>);
    const recorded = recordedMetrics
      .trim()
      .split("\n")
      .slice(0, updates)
      .map((line) => (JSON.parse(line) as MetricsRow).digest);
    const { steps } = await trained(firefox, config);
    expect(steps.slice(0, updates).map(({ metrics }) => metrics.digest)).toEqual(recorded);
  });

  test("a unit of `tuning`: the digest after its first evaluation", async (context) => {
    const { units, results } = await published("tuning");
    const isKnown = (unit: Unit) => results.some(({ key }) => key === unit.key);
    const unit = units.filter((u): u is Unit => !isWaiting(u)).find(isKnown);
    if (!unit) return context.skip("not run yet");
    const { steps, evaluations } = await trained(firefox, unit.config);
    const at = <T extends { readonly step: number }>(all: readonly T[]) =>
      all.find(({ step }) => step === updates)!;
    const digest = extendDigest(at(steps).metrics.digest, evaluationFields(at(evaluations).rows));
    expect(digest).toBe(results.find(({ key }) => key === unit.key)!.digests[updates]);
  });
});
