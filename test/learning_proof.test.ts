/**
 * The published run `experiments/learning-proof` made again, in Node and in Chromium: the same digest after every
 * update, and a model that has learned.
 */
import { expect, test } from "vitest";
import recordedDigest from "../experiments/learning-proof/digest.txt?raw";
import recordedEvaluations from "../experiments/learning-proof/eval.jsonl?raw";
import recordedManifest from "../experiments/learning-proof/manifest.json?raw";
import recordedMetrics from "../experiments/learning-proof/metrics.jsonl?raw";
import { CpuBackend } from "../src/compute/cpu";
import type { EvaluationRow } from "../src/runs/evaluate";
import { checkManifest, type Manifest } from "../src/runs/manifest";
import type { MetricsRow } from "../src/runs/metrics";
import { openSession } from "../src/runs/open_session";
import { noJournal, replay } from "../src/runs/replay";
import { pocketModel } from "./pocket";

const lines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

test("pocket-rare, herl, 40 updates on the cpu backend: the committed digest, from ≤ 0.05 to ≥ 0.6", async () => {
  const recorded = checkManifest(JSON.parse(recordedManifest) as Partial<Manifest>);
  const { config } = recorded;
  expect(config).toMatchObject({ preset: "pocket-rare", variant: "herl", seed: 0 });
  const evaluations: EvaluationRow[] = [];
  const { session } = await openSession({
    ...{ backend: await CpuBackend.create(), model: pocketModel, config, recorded },
    journal: { ...noJournal(), saveEvaluation: (rows) => Promise.resolve(void evaluations.push(...rows)) },
  });

  expect(await replay(session, lines(recordedMetrics) as MetricsRow[])).toEqual({
    steps: 40,
    digest: recordedDigest.trim(),
    differs: null,
  });
  expect(evaluations).toEqual(lines(recordedEvaluations));

  const analysed = (lines(recordedMetrics) as MetricsRow[]).filter((row) => row["bound/error"] !== null);
  expect(analysed.map(({ step }) => step)).toEqual([1, 11, 21, 31]);
  for (const row of analysed as unknown as Record<string, number>[]) {
    expect(row["bound/error"]).toBeLessThanOrEqual(row["bound/deviation"] * (1 + 1e-9));
    expect(row["bound/deviation"]).toBeLessThanOrEqual(row["bound/unmet"] * (1 + 1e-9));
  }

  const heldout = evaluations.filter(({ split }) => split === "heldout").map(({ reward }) => reward);
  expect(heldout).toHaveLength(5);
  expect(heldout[0]).toBeLessThanOrEqual(0.05);
  expect(heldout[4]).toBeGreaterThanOrEqual(0.6);
}, 240_000);
