/** Runs in IndexedDB: written as they go, resumed to the identical curve, and what happens when that is impossible. */
import { unzipSync, strFromU8 } from "fflate";
import { afterEach, describe, expect, test, vi } from "vitest";
import { phases } from "../src/herl/trainer";
import { archiveRun } from "../src/runs/archive";
import { MemoryJournal } from "../src/runs/memory_journal";
import { RunStore } from "../src/runs/store";
import { openSmallSession, pocketModel, runUntil, smallConfig } from "./pocket";

const config = smallConfig();
const steps = 3;
let count = 0;
const freshStore = () => RunStore.open(`test-${Date.now()}-${count++}`);

afterEach(() => vi.restoreAllMocks());

async function recordOf(store: RunStore, id: string) {
  return {
    steps: await store.steps(id),
    evaluations: await store.evaluations(id),
    digest: (await store.list())[0].digest,
  };
}

describe("a tab closed in the second update, opened again", () => {
  test.each(phases)("after the phase %s", async (phase) => {
    const store = await freshStore();
    const digest = await runUntil(store.journal("whole"), config, steps);
    const whole = await recordOf(store, "whole");
    const other = await freshStore();
    await runUntil(
      other.journal("run"),
      config,
      steps,
      (event) => event.type === "phase" && event.step === 2 && event.state.phase === phase,
    );
    expect(await runUntil(other.journal("run"), config, steps)).toBe(digest);
    const withoutId = <T extends { run: string }>(records: T[]) =>
      records.map((record) => ({ ...record, run: "" }));
    const resumed = await recordOf(other, "run");
    expect({ ...resumed, steps: withoutId(resumed.steps) }).toEqual({
      ...whole,
      steps: withoutId(whole.steps),
    });
  });
});

describe("the store", () => {
  test("lists runs, the last changed first, and deletes one whole", async () => {
    const store = await freshStore();
    await runUntil(store.journal("first"), config, 1);
    await runUntil(store.journal("second"), config, 2);
    expect((await store.list()).map(({ id, steps }) => [id, steps])).toEqual([
      ["second", 2],
      ["first", 1],
    ]);
    await store.delete("second");
    expect((await store.list()).map(({ id }) => id)).toEqual(["first"]);
    expect(await store.steps("second")).toEqual([]);
    expect(await store.checkpoint("second")).toBeNull();
    await expect(store.manifest("second")).rejects.toMatchObject({ code: "RUN_MISSING" });
  });

  test("a run that was opened but never started leaves nothing", async () => {
    const store = await freshStore();
    await runUntil(
      store.journal("idle"),
      { ...config, evaluation: { ...config.evaluation, every: 0 } },
      1,
      () => true,
    );
    expect(await store.list()).toEqual([]);
  });

  test("a run of another format is refused by name", async () => {
    const store = await freshStore();
    const journal = store.journal("old");
    const begin = journal.begin.bind(journal);
    journal.begin = (manifest) => begin({ ...manifest, format: 99 });
    await runUntil(journal, config, 1);
    await expect(store.manifest("old")).rejects.toMatchObject({ code: "RUN_FORMAT" });
  });

  test("an amended manifest is the run's from then on, before its first record and after; nothing else changes", async () => {
    const store = await freshStore();
    const digest = await runUntil(store.journal("whole"), config, 2);
    const journal = store.journal("run");
    const { manifest } = await openSmallSession(config, journal);
    const change = (fromStep: number) => ({ fromStep, key: "no:such" });
    await journal.begin(manifest);
    await journal.amend({ ...manifest, rubric_changes: [change(1)] });
    expect((await store.list()).map(({ id }) => id)).toEqual(["whole"]);
    const begin = vi.spyOn(journal, "begin").mockResolvedValue();
    expect(await runUntil(journal, config, 2)).toBe(digest);
    begin.mockRestore();
    expect((await store.manifest("run")).rubric_changes).toEqual([change(1)]);
    const before = await store.steps("run");
    await store.journal("run").amend({ ...manifest, rubric_changes: [change(1), change(3)] });
    expect((await store.manifest("run")).rubric_changes).toEqual([change(1), change(3)]);
    expect(await store.steps("run")).toEqual(before);
    expect(await store.failures("run")).toEqual(
      before.map(({ metrics, failures }) => ({ metrics, failures })),
    );
  });

  test("exports the folder of the contract", async () => {
    const store = await freshStore();
    const digest = await runUntil(store.journal("run"), config, 2);
    const files = unzipSync(await archiveRun(store, "run", pocketModel.config));
    expect(Object.keys(files).sort()).toEqual([
      ...["adapter/adapter_config.json", "adapter/adapter_model.safetensors"],
      ...["firstMoments.f32", "parameters.f32", "progress.json", "secondMoments.f32"].map(
        (name) => `checkpoint/${name}`,
      ),
      ...["digest.txt", "eval.jsonl", "failures.jsonl", "manifest.json", "metrics.jsonl", "rollouts.jsonl"],
      "snapshots/step-000002.f32",
    ]);
    expect(strFromU8(files["digest.txt"]).trim()).toBe(digest);
    expect(strFromU8(files["metrics.jsonl"]).trim().split("\n")).toHaveLength(2);
  });
});

describe("when storing fails", () => {
  test("a browser that refuses IndexedDB is told apart, with a cure", async () => {
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    await expect(freshStore()).rejects.toMatchObject({ code: "STORE_REFUSED" });
  });

  test("a full disk stops nothing: the run goes on in memory, and says so once", async () => {
    const store = await freshStore();
    const problems: string[] = [];
    const journal = new MemoryJournal(store.journal("full"), ({ code }) => problems.push(code));
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("no space", "QuotaExceededError");
    });
    const expected = await runUntil(new MemoryJournal(null, () => {}), config, 2);
    expect(await runUntil(journal, config, 2)).toBe(expected);
    expect(problems).toEqual(["STORE_FULL"]);
  });
});
