/** `herl explore` and `herl refine` with the embedded model: what they write and print. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { herlProgram } from "./herl_program";

const herl = herlProgram();
const scratch = mkdtempSync(join(tmpdir(), "herl-explore-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const path = (name: string) => join(scratch, name);

interface Attempt {
  readonly reward: number;
  readonly follow: readonly (boolean | null)[];
  readonly text: string;
  readonly parent: number | null;
  readonly fork: number | null;
  readonly prompt_tokens: number;
  readonly new_tokens: number;
}

const readLines = <T>(name: string): T[] =>
  readFileSync(path(name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

const tasks = ["fox", "owl", "hare"].map((animal, i) => ({
  key: 100 + i,
  prompt: `Write about a ${animal} at the lake.\n1. Use no commas.\n2. Use capital letters only.`,
  instruction_id_list: ["punctuation:no_comma", "change_case:english_capital"],
  kwargs: [{}, {}],
}));
writeFileSync(path("tasks.jsonl"), tasks.map((task) => `${JSON.stringify(task)}\n`).join(""));

test("explore: each task's rewards in order, PassRate@1 to k, the same again with the same seed", async () => {
  const explore = (out: string, strategy: string, seed: number) =>
    herl(
      ...["explore", "--model", "pocket", "--tasks", path("tasks.jsonl"), "--strategy", strategy],
      ...["--k", "4", "--seed", String(seed), "--max-new-tokens", "40", "--out", path(out)],
    );
  const all = await explore("all.jsonl", "all", 1);
  expect(all.status).toBe(0);
  const lines = readLines<{ key: string; strategy: string; rewards: number[]; attempts: Attempt[] }>(
    "all.jsonl",
  );
  expect(lines.map(({ key, strategy }) => `${strategy} ${key}`)).toEqual(
    ["stochastic", "entropy", "guided"].flatMap((strategy) => tasks.map(({ key }) => `${strategy} ${key}`)),
  );
  for (const { strategy, rewards, attempts } of lines) {
    expect(rewards).toEqual(attempts.map(({ reward }) => reward));
    for (const { reward, follow } of attempts)
      expect(reward).toBeCloseTo(follow.filter(Boolean).length / 2, 12);
    if (strategy === "guided") expect(rewards.slice(0, -1).every((reward) => reward < 1)).toBe(true);
    else expect(rewards).toHaveLength(4);
    for (const [i, { parent, fork, text }] of attempts.entries()) {
      if (strategy === "stochastic" || i === 0) expect([parent, fork]).toEqual([null, null]);
      else expect(parent).toBeLessThan(i);
      expect(fork === null).toBe(strategy !== "entropy" || i === 0);
      expect(text).not.toBe("");
    }
  }
  // PassRate@k as printed is what the lines say.
  for (const strategy of ["stochastic", "entropy", "guided"])
    for (const k of [1, 2, 3, 4]) {
      const own = lines.filter((line) => line.strategy === strategy);
      const share = own.filter(({ rewards }) => rewards.slice(0, k).includes(1)).length / own.length;
      expect(all.output).toMatch(new RegExp(`^${strategy} +PassRate@${k} ${share.toFixed(3)} `, "m"));
    }

  await explore("guided.jsonl", "guided", 1);
  expect(readLines("guided.jsonl")).toEqual(lines.filter(({ strategy }) => strategy === "guided"));
  await explore("other.jsonl", "guided", 2);
  expect(readLines("other.jsonl")).not.toEqual(readLines("guided.jsonl"));
});

test("refine: rounds beside Pass@k, of a model and of a run with its own tasks", async () => {
  const run = path("run");
  const settings = ["groups=2", "rollouts=3", "maxNewTokens=32", "evaluation.every=0"];
  const trained = await herl(
    ...["train", "--preset", "pocket", "--steps", "1", "--out", run],
    ...settings.flatMap((setting) => ["--set", setting]),
  );
  expect(trained.status).toBe(0);
  const refined = await herl(
    ...["refine", "--run", run, "--count", "6", "--rounds", "3", "--max-new-tokens", "40"],
    ...["--out", path("refined.jsonl")],
  );
  expect(refined.status).toBe(0);
  expect(refined.output).toMatch(/^round 3 .*Pass@3/m);
  const lines = readLines<Record<string, never>>("refined.jsonl");
  const rounds = lines.slice(0, 3) as unknown as {
    round: number;
    reward: number;
    all_met: number;
    pass_at_k: number;
    responses: number;
  }[];
  expect(rounds.map(({ round }) => round)).toEqual([1, 2, 3]);
  for (const [i, { reward, all_met, pass_at_k }] of rounds.entries()) {
    expect(reward).toBeGreaterThanOrEqual(rounds[Math.max(0, i - 1)].reward);
    expect(all_met).toBeGreaterThanOrEqual(rounds[Math.max(0, i - 1)].all_met);
    expect(pass_at_k).toBeGreaterThanOrEqual(rounds[Math.max(0, i - 1)].pass_at_k);
  }
  const own = lines.slice(3) as unknown as { key: string; rewards: number[]; sampled: Attempt[] }[];
  expect(own.map(({ key }) => key)).toEqual([0, 1, 2, 3, 4, 5].map((i) => `pocket:heldout:${i}`));
  expect(own.every(({ sampled }) => sampled.length === 3)).toBe(true);
  const last = own.filter(({ rewards }) => rewards.includes(1)).length / own.length;
  expect(rounds[2].all_met).toBeCloseTo(last, 12);
  expect(rounds[2].responses).toBe(own.reduce((sum, { rewards }) => sum + rewards.length, 0));
});

test("wrong usage is told", async () => {
  const out = ["--out", path("none.jsonl")];
  for (const [args, words] of [
    [["explore", ...out], "say which tasks"],
    [["explore", "--preset", "pocket", "--strategy", "clever", ...out], "--strategy is one of"],
    [["explore", "--preset", "pocket", "--k", "0", ...out], "--k must be"],
    [["refine", "--preset", "pocket", "--split", "train", ...out], "--split is one of heldout, close, ood"],
    [["refine", "--preset", "pocket", "--wording", "rude", ...out], "--wording is one of"],
  ] as const) {
    const { status, stderr } = await herl(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  }
});
