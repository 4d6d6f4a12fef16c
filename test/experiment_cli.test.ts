/** `herl experiment` on a small experiment of its own folder: killed, taken up, shared, checked, and caught out. */
import { spawn } from "node:child_process";
import {
  readdirSync,
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Experiment, Summary, UnitResult } from "../src/experiments/experiment";
import { readResults } from "../src/experiments/results";
import { smallExperiment } from "../src/experiments/testing/small";
import { bundle } from "../tools/bundle.mjs";
import { herlProgram } from "./herl_program";

const root = mkdtempSync(join(tmpdir(), "herl-experiments-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const herl = herlProgram();

const definition = smallExperiment({
  preset: "pocket",
  steps: 2,
  settings: {
    ...{ groups: 2, rollouts: 2, maxNewTokens: 30, measureTransfer: false, analyzeEvery: 0 },
    ...{ "evaluation.every": 1, "evaluation.heldout": 4, "evaluation.close": 0, "evaluation.ood": 0 },
  },
});

function define(experiment: Experiment): void {
  mkdirSync(join(root, experiment.name), { recursive: true });
  writeFileSync(join(root, experiment.name, "experiment.json"), JSON.stringify(experiment));
}

const file = (name: string, experiment = "small") => join(root, experiment, name);
const results = (experiment = "small"): UnitResult[] => readResults(readFileSync(file("results.jsonl", experiment), "utf8")); // prettier-ignore
const summary = (): Summary => JSON.parse(readFileSync(file("summary.json"), "utf8")) as Summary;
const names = (lines: readonly UnitResult[]) => lines.map(({ arm, seed }) => `${arm} ${seed}`);

/** Starts the experiment in a process that is ended by `signal` as soon as one unit is done. */
async function endedAfterOne(signal: NodeJS.Signals): Promise<number | null> {
  const program = await bundle("src/cli/main.ts");
  const child = spawn(process.execPath, [program, "experiment", "small", "--in", root, "--jobs", "1"]);
  let told = "";
  child.stderr.on("data", (data) => {
    told += String(data);
    if (!child.killed && told.includes("1 of ")) child.kill(signal);
  });
  return new Promise((resolve) => child.on("exit", (code) => resolve(code)));
}

test("an experiment that is killed goes on with what is missing, and ends in the order of its definition", async () => {
  define(definition);
  expect(await endedAfterOne("SIGKILL")).toBeNull();
  const before = results();
  expect(names(before)).toEqual(["HeRL 0"]);
  // Killed in the midst of a line.
  appendFileSync(file("results.jsonl"), '{"key":"cut o');

  const { status, output } = await herl("experiment", "small", "--in", root, "--only", "one/RLVR");
  expect(output).toContain("2 of 2  one / RLVR / pocket / seed");
  expect(status).toBe(0);
  expect(names(results())).toEqual(["HeRL 0", "RLVR 0", "RLVR 1"]);
  expect(summary()).toMatchObject({ done: 3, units: 4 });

  expect((await herl("experiment", "small", "--in", root)).output).toContain("4 of 4 units done");
  expect(names(results())).toEqual(["HeRL 0", "HeRL 1", "RLVR 0", "RLVR 1"]);
  expect(results()[0]).toEqual(before[0]);
  expect(summary().claims[0].difference.n).toBe(2);
  const report = readFileSync(file("README.md"), "utf8");
  expect(report).toContain(`| ${definition.claims[0].text} |`);
  const pictures = [...report.matchAll(/\]\((figures\/[^)]+)\)/g)].map(([, path]) => path);
  expect(readdirSync(file("figures")).sort()).toEqual(pictures.map((path) => basename(path)).sort());
  expect(readFileSync(file(pictures[0]), "utf8")).toMatch(/^<svg [^]*HeRL − RLVR/);

  const written = readFileSync(file("results.jsonl"), "utf8");
  const again = await herl("experiment", "small", "--in", root);
  expect(again.output).not.toContain("seed");
  expect(readFileSync(file("results.jsonl"), "utf8")).toBe(written);
});

test("units of another experiment with the same key are not run again", async () => {
  define({
    ...definition,
    name: "other",
    parts: definition.parts.map((part) => ({ ...part, name: "two" })),
    claims: [{ ...definition.claims[0], part: "two", measure: "heldout.rewards" }],
  });
  const { status, output } = await herl("experiment", "other", "--in", root);
  expect(output).toContain("claim more: no pair of units has the numbers that it compares");
  expect(output).not.toContain("seed");
  expect(status).toBe(0);
  expect(results("other").map(({ part, digest }) => [part, digest])).toEqual(
    results().map(({ digest }) => ["two", digest]),
  );
  expect((await herl("experiment", "--in", root)).output).toMatch(
    /other +4 of 4 units.*\nsmall +4 of 4 units/,
  );
});

test("an experiment may ask something else of the runs of another, and runs nothing itself", async () => {
  const [claim] = definition.claims;
  const asking = { ...definition, name: "asking", claims: [{ ...claim, measure: "close.reward" }] };
  define({ ...asking, resultsOf: "small" });
  const written = readFileSync(file("results.jsonl"), "utf8");
  const { status, output } = await herl("experiment", "asking", "--in", root);
  expect(status).toBe(0);
  expect(output).not.toContain("seed");
  expect(output).toContain("`npx herl experiment small` runs what is missing");
  expect(output).toContain("4 of 4 units done");
  expect(existsSync(file("results.jsonl", "asking"))).toBe(false);
  expect(readFileSync(file("results.jsonl"), "utf8")).toBe(written);
  expect((await herl("experiment", "asking", "--in", root, "--check")).status).toBe(0);
  for (const option of [["--again"], ["--quick"], ["--only", "small"]])
    expect((await herl("experiment", "asking", "--in", root, ...option)).stderr).toContain(
      `asking runs nothing itself: give ${option[0]} to \`herl experiment small\``,
    );

  define({ ...asking, resultsOf: "nothing" });
  expect((await herl("experiment", "asking", "--in", root)).stderr).toContain(
    "There is no experiment called nothing",
  );
  rmSync(join(root, "asking"), { recursive: true });
});

test("a check runs a sample again, and names what differs", async () => {
  const check = () => herl("experiment", "small", "--in", root, "--check", "--sample", "4");
  const honest = await check();
  expect(honest.output.match(/1 updates, digest [0-9a-f]{64}: reproduced/g)).toHaveLength(4);
  expect(honest.status).toBe(0);

  const written = readFileSync(file("results.jsonl"), "utf8");
  const [first, second, ...rest] = results();
  const tampered = { ...first, digests: { ...first.digests, "1": "0".repeat(64) } };
  const better = { ...second, evaluations: second.evaluations.map((row) => ({ ...row, reward: 1 })) };
  const stale = { ...rest[0], key: "of another definition" };
  writeFileSync(file("results.jsonl"), [tampered, better, stale, rest[1]].map((r) => `${JSON.stringify(r)}\n`).join("")); // prettier-ignore
  const caught = await check();
  expect(caught.status).toBe(1);
  expect(caught.stderr).toContain("EXPERIMENT_DIFFERS: small");
  expect(caught.stderr).toContain("one / HeRL / pocket / seed 0 has digest");
  expect(caught.stderr).toContain("the result of one / RLVR / pocket / seed 0 is of another definition");
  expect(caught.stderr).toContain("summary.json does not follow from results.jsonl");
  writeFileSync(file("results.jsonl"), written);

  writeFileSync(file("README.md"), "Everything agrees.\n");
  expect((await check()).stderr).toContain("README.md does not follow from results.jsonl");
});

test("an interrupt leaves what is done, with its summary, and says how to go on", async () => {
  rmSync(file("results.jsonl"));
  rmSync(join(root, ".build"), { recursive: true });
  rmSync(join(root, "other"), { recursive: true });
  expect(await endedAfterOne("SIGINT")).toBe(1);
  expect(names(results())).toEqual(["HeRL 0"]);
  expect(summary()).toMatchObject({ done: 1, units: 4 });
});

test("what failed is named, and does not keep the others from running", async () => {
  const arms = [
    { name: "too long", method: "rlvr" as const, settings: { "world.source": "file" } },
    { name: "RLVR", method: "rlvr" as const },
  ];
  define({
    ...definition,
    name: "failing",
    parts: [{ ...definition.parts[0], arms, seeds: [0] }],
    claims: [],
  });
  const { status, stderr } = await herl("experiment", "failing", "--in", root);
  expect(status).toBe(1);
  expect(stderr).toContain("one / too long / pocket / seed 0 failed: RUN_TASKS_MISSING");
  expect(stderr).toContain("EXPERIMENT_FAILED: Units that failed: 1");
  expect(names(results("failing"))).toEqual(["RLVR 0"]);

  expect((await herl("experiment", "nothing", "--in", root)).stderr).toContain("EXPERIMENT_MISSING");
  const part = await herl("experiment", "small", "--in", root, "--only", "two");
  expect(part.stderr).toContain("There is no two in it. Choose one of one.");
});

test("a quick look changes no results", async () => {
  const written = readFileSync(file("results.jsonl"), "utf8");
  const { output } = await herl("experiment", "small", "--in", root, "--quick", "--only", "one/HeRL");
  expect(output).toContain("2 of 4 units done");
  expect(readFileSync(file("results.jsonl"), "utf8")).toBe(written);
  expect(existsSync(join(root, ".build/quick/small/summary.json"))).toBe(true);
});
