/** Runs in IndexedDB: exported for other libraries, and gone back to their best weights after a reload. */
import { strFromU8, unzipSync } from "fflate";
import { expect, test } from "vitest";
import { archiveExport } from "../src/runs/export/archive_export";
import { RunStore } from "../src/runs/store";
import { runUntil, smallConfig } from "./pocket";

test.each([
  ["trl", ["config.json", "train.jsonl", "train.py"]],
  ["verl", ["run_herl.sh", "run_verl.sh", "train.json"]],
] as const)("a stored run for %s, as one zip", async (format, own) => {
  const store = await RunStore.open(`export-${format}-${Date.now()}`);
  await runUntil(store.journal("run"), smallConfig([["evaluation.every", "0"]]), 1);
  const files = unzipSync(await archiveExport(store, "run", format));
  for (const name of [...own, "README.md", "reward.py"]) expect(Object.keys(files)).toContain(name);
  const [{ rollouts }] = await store.steps("run");
  const rows = strFromU8(files["rollouts.jsonl"]).trim().split("\n");
  expect(rows.map((row) => (JSON.parse(row) as { reward: number | null }).reward)).toEqual(
    rollouts.map(({ reward }) => reward),
  );
});

test("a collapsing run that is reloaded after an evaluation still knows what to go back to", async () => {
  const config = smallConfig([
    ["optimizer.learningRate", "0.3"],
    ["maxNewTokens", "24"],
    ["evaluation.heldout", "4"],
    ["evaluation.close", "0"],
    ["evaluation.ood", "0"],
    ["collapse.window", "2"],
    ["collapse.action", "rollback"],
  ]);
  const whole = await RunStore.open(`rollback-whole-${Date.now()}`);
  const reloaded = await RunStore.open(`rollback-reloaded-${Date.now()}`);
  const digest = await runUntil(whole.journal("run"), config, 5);
  await runUntil(reloaded.journal("run"), config, 5, (event) => event.type === "phase" && event.step === 3);
  expect((await reloaded.checkpoint("run"))!.best).toBeDefined();
  expect(await runUntil(reloaded.journal("run"), config, 5)).toBe(digest);
  const metrics = (await whole.steps("run")).map((step) => step.metrics);
  expect(metrics.at(-1)!["collapse/rollbacks"]).toBeGreaterThan(0);
});
