/** Runs on task files in the page's thread: kept, resumed, exported, made again, and what happens without the tasks. */
import { strFromU8, unzipSync } from "fflate";
import { openDB } from "idb";
import { beforeEach, expect, test } from "vitest";
import { Driver } from "../src/runs/driver";
import type { RunEvent } from "../src/runs/protocol";
import { withSettings } from "../src/runs/settings";
import { RunStore } from "../src/runs/store";
import { hashTaskLines, taskLines } from "../src/worlds/task_lines";
import type { Task } from "../src/rubric/schema";
import { pocketBytes, smallConfig } from "./pocket";

const bytes = await pocketBytes();
const noComma: Task["rubric"] = [
  {
    text: "Use no commas.",
    weight: 1,
    polarity: "want",
    check: { by: "code", verifier: "punctuation:no_comma", kwargs: {} },
  },
];
const tasks = ["fox", "bear", "owl", "cat", "dog", "frog"].map((animal): Task => ({
  id: animal,
  prompt: `Write about a ${animal} at the lake.\n1. Use no commas.`,
  rubric: noComma,
}));
const lines = taskLines(tasks);
const sha256 = hashTaskLines(lines);
const config = withSettings(smallConfig([["evaluation.every", "1"]]), [
  ["world.source", "file"],
  ["world.tasks", sha256],
]);

let count = 0;
let store: RunStore;
let events: RunEvent[];
beforeEach(async () => {
  store = await RunStore.open(`tasks-${Date.now()}-${count++}`);
  events = [];
});

const openDriver = (kept: RunStore | null = store) =>
  new Driver({
    gpu: undefined,
    emit: (event) => void events.push(structuredClone(event)),
    store: Promise.resolve(kept),
    loadModel: () => Promise.resolve(bytes),
    lock: () => Promise.resolve(() => {}),
  });
const eventsOf = <Type extends RunEvent["type"]>(type: Type) =>
  events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
const until = (condition: () => boolean) =>
  expect.poll(condition, { timeout: 60_000, interval: 20 }).toBe(true);
const paused = () =>
  until(() => eventsOf("status").at(-1)?.status === "paused" && eventsOf("opened").length > 0);
const digests = () => eventsOf("metrics").map(({ row }) => row.digest);
async function update(driver: Driver): Promise<void> {
  const done = digests().length;
  driver.stepUpdate();
  await until(() => digests().length === done + 1);
  await paused();
}
const summary = (hash: string) => ({
  ...{ sha256: hash, name: "animals.jsonl", added: new Date().toISOString() },
  ...{ tasks: tasks.length, code: tasks.length, judged: 0 },
});

test("trains on its lines; resumed without them it comes to the same digest; exported and made again", async () => {
  const whole = openDriver();
  await whole.open({ config, backend: "cpu", tasks: lines });
  await paused();
  await update(whole);
  await update(whole);
  const expected = digests();
  const trained = eventsOf("tasks").flatMap((event) => event.tasks.map(({ task }) => task.id));
  expect(trained.every((id) => tasks.some((task) => task.id === id))).toBe(true);

  events = [];
  const first = openDriver();
  await first.open({ config, backend: "cpu" });
  await paused();
  await update(first);
  const { runId } = eventsOf("opened")[0];
  const resumed = openDriver();
  await resumed.open({ config, backend: "cpu", resume: runId });
  await update(resumed);
  expect(digests()).toEqual(expected);

  expect(strFromU8(unzipSync(await resumed.exportRun(runId))["tasks.jsonl"])).toBe(lines);
  expect(await resumed.revisit({ runId, step: 1 })).toMatchObject({ step: 1, phase: "update" });
});

test("tasks stay as long as a file, a stored run or the open run needs them", async () => {
  const driver = openDriver();
  await driver.open({ config, backend: "cpu", tasks: lines });
  await paused();
  expect(await driver.tasks.saveTaskFile({ ...summary(sha256), lines })).toBeNull();
  expect(await driver.tasks.listTaskFiles()).toMatchObject([{ name: "animals.jsonl", tasks: tasks.length }]);
  await driver.tasks.deleteTaskFile(sha256);
  expect(await driver.tasks.listTaskFiles()).toEqual([]);
  expect(await driver.tasks.taskLines(sha256)).toBe(lines);
  await update(driver);
  const { runId } = eventsOf("opened")[0];
  await driver.open({ config: smallConfig(), backend: "cpu" });
  await driver.tasks.deleteTaskFile(sha256);
  expect(await driver.tasks.taskLines(sha256)).toBe(lines);
  await driver.deleteRun(runId);
  expect(await driver.tasks.taskLines(sha256)).toBeNull();
});

test("an edited file takes the place of the one it was made from", async () => {
  const { tasks: files } = openDriver();
  await files.saveTaskFile({ ...summary(sha256), lines });
  const shorter = taskLines(tasks.slice(1));
  await files.saveTaskFile({ ...summary(hashTaskLines(shorter)), lines: shorter }, sha256);
  expect((await files.listTaskFiles()).map((file) => file.sha256)).toEqual([hashTaskLines(shorter)]);
  expect(await files.taskLines(sha256)).toBeNull();
});

test("tasks that nobody has are said, and tasks that are not the run's", async () => {
  await openDriver().open({ config, backend: "cpu" });
  expect(eventsOf("failed")).toMatchObject([{ code: "RUN_TASKS_MISSING" }]);
  await openDriver().open({ config, backend: "cpu", tasks: taskLines(tasks.slice(1)) });
  expect(eventsOf("failed")[1]).toMatchObject({ code: "RUN_TASKS_CHANGED" });
});

test("where nothing can be stored a run can still be started over", async () => {
  const driver = openDriver(null);
  expect(await driver.tasks.saveTaskFile({ ...summary(sha256), lines })).toMatchObject({
    code: "STORE_REFUSED",
  });
  await driver.open({ config, backend: "cpu", tasks: lines });
  await paused();
  await driver.open({ config, backend: "cpu" });
  await paused();
  expect(eventsOf("failed")).toEqual([]);
});

test("tasks that the model cannot take are told by name", async () => {
  const { tasks: files } = openDriver();
  const long = { ...tasks[0], id: "long", prompt: "fox ".repeat(2000) };
  const { contextLength, misfits } = await files.fitTasks(taskLines([...tasks, long]), "pocket");
  expect(misfits).toEqual([
    { id: "long", reason: expect.stringMatching(new RegExp(`of ${contextLength} tokens`)) },
  ]);
});

test("a judge that is not set, or not there, is an error as plain data", async () => {
  const { tasks: files } = openDriver();
  const { judge } = smallConfig();
  const request = { instruction: "a", response: "b", items: [{ text: "c", polarity: "want" as const }] };
  expect(await files.judgeNow(judge, [request])).toMatchObject({ problem: { code: "JUDGE_MISSING" } });
  const nobody = { ...judge, url: "http://127.0.0.1:9", model: "m", retries: 0 };
  expect(await files.judgeNow(nobody, [request])).toMatchObject({ problem: { code: "JUDGE_DOWN" } });
});

test("a database of the version before gains the new stores and keeps its runs", async () => {
  const name = `old-${Date.now()}`;
  const old = await openDB(name, 2, {
    upgrade(db) {
      db.createObjectStore("runs", { keyPath: "id" });
      db.createObjectStore("checkpoints", { keyPath: "run" });
      for (const part of ["steps", "evaluations", "snapshots"])
        db.createObjectStore(part, { keyPath: ["run", "step"] });
      db.createObjectStore("judgements", { keyPath: ["run", "key"] }).createIndex("key", "key");
    },
  });
  await old.put("runs", { id: "r", manifest: { config: { world: {} } }, steps: 1, digest: "", updated: "" });
  old.close();
  const upgraded = await RunStore.open(name);
  await upgraded.tasks.save(summary(sha256), lines);
  expect(await upgraded.tasks.lines(sha256)).toBe(lines);
  expect((await upgraded.list()).map(({ id }) => id)).toEqual(["r"]);
});
