/** A run on a task file, from the command line: it trains, resumes, replays, and its folder needs nothing else. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Manifest } from "../src/runs/manifest";
import { isHeldOut } from "../src/worlds/file_world";
import { bundle } from "../tools/bundle.mjs";

const scratch = mkdtempSync(join(tmpdir(), "herl-tasks-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const path = (name: string) => join(scratch, name);
const read = (name: string) => readFileSync(path(name), "utf8");
const records = (name: string) =>
  read(name)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, never>);

let program: string;
beforeAll(async () => {
  program = await bundle("src/cli/main.ts");
}, 60_000);

function herl(...args: (string | number)[]) {
  return spawnSync(process.execPath, [program, ...args.map(String)], { encoding: "utf8" });
}

function succeed(...args: (string | number)[]) {
  const { status, stdout, stderr } = herl(...args);
  expect(status, stderr).toBe(0);
  return { stdout, stderr };
}

/** Twenty IFEval records whose prompts the pocket model was made for. */
const animals = ["fox", "bear", "owl", "cat", "dog"];
const tasks = animals.flatMap((animal, a) =>
  ["lake", "gate", "hill", "barn"].map((place, p) => ({
    key: 10 * a + p,
    prompt: `Write about a ${animal} at the ${place}.\n1. Use no commas.\n2. Add a title in << >>.`,
    instruction_id_list: ["punctuation:no_comma", "detectable_format:title"],
    kwargs: [{}, {}],
  })),
);
const held = tasks.filter(({ key }) => isHeldOut(String(key), 0.2)).map(({ key }) => String(key));
const lines = tasks.map((task) => JSON.stringify(task));
const small = ["groups=2", "rollouts=3", "maxNewTokens=24", "evaluation.every=1"].flatMap((setting) => [
  "--set",
  setting,
]);
const train = (out: string, ...more: (string | number)[]) =>
  succeed(
    "train",
    "--preset",
    "pocket",
    "--tasks",
    path("tasks.jsonl"),
    "--out",
    path(out),
    ...small,
    ...more,
  );

beforeAll(() => writeFileSync(path("tasks.jsonl"), lines.join("\n")));

test("trains on one side and evaluates on the other; resumed without the file it comes to the same digest, and replays", () => {
  train("whole", "--steps", 2);
  train("halves", "--steps", 1);
  succeed("train", "--steps", 2, "--out", path("halves"), "--resume");
  expect(read("halves/digest.txt")).toBe(read("whole/digest.txt"));
  expect(succeed("replay", path("halves")).stdout).toContain(read("whole/digest.txt").trim());

  const trained = new Set(records("whole/rollouts.jsonl").map(({ task }) => task as string));
  expect(trained.size).toBe(4);
  expect(held.length).toBeGreaterThan(0);
  expect(held.filter((key) => trained.has(key))).toEqual([]);
  expect(records("whole/eval.jsonl").map(({ split, n }) => [split, n])).toEqual(
    [0, 1, 2].map(() => ["heldout", held.length]),
  );
  const { config } = JSON.parse(read("whole/manifest.json")) as Manifest;
  expect(config.world).toMatchObject({ source: "file", wording: "list" });
}, 120_000);

test("the folder's own tasks are a task file, and make the same run", () => {
  succeed(
    ...[
      "train",
      "--preset",
      "pocket",
      "--tasks",
      path("whole/tasks.jsonl"),
      "--out",
      path("again"),
      ...small,
    ],
    ...["--steps", 2],
  );
  expect(read("again/digest.txt")).toBe(read("whole/digest.txt"));
}, 60_000);

test("another seed draws another order; other tasks in the folder are refused", () => {
  train("other", "--steps", 1, "--seed", 1);
  const order = (name: string) => records(`${name}/rollouts.jsonl`).map(({ task }) => task as string);
  expect(order("other")).not.toEqual(order("halves").slice(0, order("other").length));
  writeFileSync(path("other/tasks.jsonl"), read("other/tasks.jsonl").replace("fox", "ox"));
  expect(herl("replay", path("other")).stderr).toMatch(/^RUN_TASKS_CHANGED: /m);
  rmSync(path("other/tasks.jsonl"));
  expect(herl("replay", path("other")).stderr).toMatch(/^RUN_TASKS_MISSING: /m);
}, 60_000);

test("a faulty or too long record stops it, unless it may be left out", () => {
  const long = { ...tasks[0], key: "long", prompt: "fox ".repeat(2000) };
  writeFileSync(path("bad.jsonl"), [...lines, '{"key": 7}', JSON.stringify(long)].join("\n"));
  const args = ["--tasks", path("bad.jsonl"), "--out", path("kept"), ...small, "--steps", 1];
  const { status, stderr } = herl("train", "--preset", "pocket", ...args);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^TASK_INVALID: Line 21: .*--skip-bad-lines/m);
  const told = succeed("train", "--preset", "pocket", ...args, "--skip-bad-lines").stderr;
  expect(told).toContain("left out: Line 21: it has none of the fields");
  expect(told).toMatch(/left out: task long: its prompt takes \d+ of \d+ tokens/);
  expect(read("kept/tasks.jsonl")).toBe(read("whole/tasks.jsonl"));

  const evaluate = (...more: string[]) =>
    herl("eval", "--tasks", path("bad.jsonl"), "--max-new-tokens", 8, "--out", path("eval.json"), ...more);
  expect(evaluate().stderr).toMatch(/^TASK_INVALID: /m);
  expect(evaluate("--skip-bad-lines").status).toBe(0);
  expect((JSON.parse(read("eval.json")) as { n: number }).n).toBe(tasks.length);
}, 60_000);
