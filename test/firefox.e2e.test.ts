/** A published run made again in Firefox: on the cpu backend its digests are those of every other browser. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import recordedManifest from "../experiments/learning-proof/manifest.json?raw";
import recordedMetrics from "../experiments/learning-proof/metrics.jsonl?raw";
import { checkManifest, type Manifest } from "../src/runs/manifest";
import type { MetricsRow } from "../src/runs/metrics";
import { writeUrl } from "../src/ui/url_state";
import { Firefox } from "./firefox";

const path = process.env["FIREFOX"];

/** Updates that are made again: two evaluations are among them. */
const updates = 10;

const storedDigests = `new Promise((resolve, reject) => {
  const opening = indexedDB.open("herl-playground");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const all = opening.result.transaction("steps").objectStore("steps").getAll();
    all.onerror = () => reject(all.error);
    all.onsuccess = () => {
      opening.result.close();
      resolve(all.result.map(({ metrics }) => metrics.digest));
    };
  };
})`;

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
    const query = writeUrl({ config, backend: "cpu", view: "train", place: { group: 0, pinned: null } });
    await firefox.open(inject("siteUrl") + query);
    await expect
      .poll(() => firefox.evaluate<string>(`document.querySelector("main").textContent`), { timeout: 60_000 })
      .toContain("Paused after update 0, phase grade");
    await firefox.press(" ");
    await expect
      .poll(async () => (await firefox.evaluate<string[]>(storedDigests)).length, {
        timeout: 100_000,
        interval: 500,
      })
      .toBeGreaterThanOrEqual(updates);
    expect((await firefox.evaluate<string[]>(storedDigests)).slice(0, updates)).toEqual(recorded);
  });
});
