/** What is known of judges, in a real IndexedDB. */
import { expect, test } from "vitest";
import { judgeConfig } from "../src/rubric/judge/judge_config";
import { judgeId } from "../src/rubric/judge/judge_id";
import type { CalibrationReport } from "../src/runs/calibration_store";
import { RunStore } from "../src/runs/store";

const config = judgeConfig({ url: "http://localhost:11434", model: "small" });
const report = (created: string) =>
  ({ created, judge: { id: judgeId(config), settings: config }, cases: [] }) as unknown as CalibrationReport;

test("the latest calibration of exactly one judge, whatever it may cost and however fast it is asked", async () => {
  const name = `herl-calibrations-${crypto.randomUUID()}`;
  const store = await RunStore.open(name);
  await store.calibrations.save(report("2026-01-01"));
  await store.calibrations.save(report("2026-02-02"));
  store.close();
  const { calibrations } = await RunStore.open(name);
  expect(await calibrations.latest(config)).toEqual(report("2026-02-02"));
  const faster = { ...config, concurrency: 2, budgetCalls: 5 };
  expect(await calibrations.latest(faster)).toEqual(report("2026-02-02"));
  expect(await calibrations.latest({ ...config, votes: 3 })).toBeNull();
});

test("a database from before there were calibrations is brought along", async () => {
  const name = `herl-calibrations-${crypto.randomUUID()}`;
  await new Promise<void>((resolve) => {
    const request = indexedDB.open(name, 3);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("runs", { keyPath: "id" }).add({ id: "old", updated: "2026" });
    };
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
  const store = await RunStore.open(name);
  expect(await store.list()).toHaveLength(1);
  await store.calibrations.save(report("2026-03-03"));
  expect(await store.calibrations.latest(config)).toEqual(report("2026-03-03"));
});
