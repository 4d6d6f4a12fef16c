/** `herl calibrate`: files in, a calibration out, over the command line. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { Calibration, JudgedCase } from "../src/runs/calibration_record";
import type { Manifest } from "../src/runs/manifest";
import { herlProgram } from "./herl_program";
import { startJudgeServer, type JudgeServer } from "./judge_server";

const key = "sk-calibrate-0123456789";
const herl = herlProgram({ HERL_TEST_KEY: key });
let folder: string;
let server: JudgeServer;
const folders: string[] = [];
beforeEach(async () => {
  folders.push((folder = mkdtempSync(join(tmpdir(), "herl-calibrate-"))));
  // Takes every response for one without commas.
  server = await startJudgeServer({ key, rule: (_, response) => response });
});
afterEach(() => server.close());
afterAll(() => folders.forEach((path) => rmSync(path, { recursive: true })));

const path = (name: string): string => join(folder, name);
const lines = (records: readonly unknown[]): string => records.map((r) => JSON.stringify(r)).join("\n");

const calibrate = (tasks: string, ...more: string[]) =>
  herl(
    ...["calibrate", "--tasks", tasks, "--responses", path("responses.jsonl"), "--out", path("out.json")],
    ...["--judge", server.url, "--judge-model", "test", "--judge-key-env", "HERL_TEST_KEY", ...more],
  );
const result = () =>
  JSON.parse(readFileSync(path("out.json"), "utf8")) as Calibration & { cases: JudgedCase[] };

function writeFiles(): string {
  const check = { by: "code", verifier: "punctuation:no_comma" };
  const rubric = [{ text: "No commas.", check }, { text: "It is moving." }];
  writeFileSync(path("tasks.jsonl"), lines([{ key: 1, prompt: "Write.", rubric }]));
  const responses = Array.from({ length: 10 }, (_, i) => ({
    key: 1,
    response: i < 4 ? `A, ${i}` : `A ${i}`,
  }));
  writeFileSync(path("responses.jsonl"), lines([...responses, { key: 2, response: "Of no task." }]));
  return path("tasks.jsonl");
}

test("writes a calibration and its cases, prints the table, and goes on with kept answers", async () => {
  const tasks = writeFiles();
  const first = await calibrate(tasks, "--repeats", "2", "--judge-set", "budgetCalls=5");
  expect(first.status).toBe(1);
  expect(first.output).toMatch(/ended early: 5 of 10 responses/);
  expect(first.output).toMatch(/^JUDGE_BUDGET: /m);
  expect(result()).toMatchObject({ ended: "budget", responses: 5, of: 10 });

  const second = await calibrate(tasks, "--repeats", "2");
  expect(second).toMatchObject({ status: 0 });
  expect(second.output).toContain("left out: 1 responses to no task");
  expect(second.output).toMatch(/^punctuation:no_comma +10 +0\.60 \[0\.31, 0\.83\] +1\.00 \[0\.51, 1\.00\]/m);
  expect(second.output).toMatch(/^think twice: its accuracy on 10 items may be as low as 0\.31/m);
  expect(second.output).toContain("judge: 15 calls (0 again), 5 answers kept");
  const { overall, cases, judge, ended, repeats } = result();
  expect(overall).toMatchObject({
    cases: 10,
    accuracy: { count: 6, of: 10 },
    falsePasses: { count: 4, of: 4 },
    falseFails: { count: 0, of: 6 },
    kappa: { value: 0 },
    agreement: { count: 10, of: 10 },
  });
  expect(cases).toHaveLength(10);
  expect(cases[0]).toMatchObject({ key: "1", item: "punctuation:no_comma", text: "No commas." });
  expect([judge.settings.model, ended, repeats]).toEqual(["test", "complete", 2]);
  const written = readdirSync(folder).map((name) => readFileSync(path(name), "utf8"));
  expect([...written, first.output, second.output].join()).not.toContain(key);
}, 30_000);

test("asks for what it needs", async () => {
  const tasks = writeFiles();
  const without = await herl("calibrate", "--tasks", tasks, "--responses", tasks, "--out", path("out.json"));
  expect(without).toMatchObject({ status: 2 });
  expect(without.output).toContain("--judge is missing");
  expect(await calibrate(tasks, "--limit", "0")).toMatchObject({ status: 2 });
  expect((await herl("calibrate", "--help")).output).toContain("--repeats N");
  expect(server.seen).toEqual([]);
}, 30_000);

test("herl train takes a calibration of exactly its judge into the manifest, and warns of a bad one", async () => {
  const tasks = writeFiles();
  expect(await calibrate(tasks)).toMatchObject({ status: 0 });
  const train = (out: string, ...more: string[]) =>
    herl(
      ...["train", "--preset", "pocket-soft", "--steps", "1", "--out", path(out), "--judge-key-env"],
      ...["HERL_TEST_KEY", "--set", `judge.url=${server.url}`, "--set", "groups=1", "--set", "rollouts=2"],
      ...["--set", "evaluation.every=0", "--set", "maxNewTokens=8", ...more],
    );
  const model = ["--set", "judge.model=test"];
  const without = await train("plain", ...model);
  expect(without.output).toContain("think twice: the judge was not calibrated");
  expect(without.status).toBe(0);

  const known = await train("known", ...model, "--calibration", path("out.json"));
  expect(known.status).toBe(0);
  expect(known.output).toMatch(/think twice: its accuracy on 10 items may be as low as 0\.31/);
  const manifest = JSON.parse(readFileSync(path("known/manifest.json"), "utf8")) as Manifest;
  expect(manifest.calibration).toMatchObject({ overall: { cases: 10 }, judge: result().judge });
  expect(manifest.calibration).not.toHaveProperty("cases");
  const resumed = await train("known", "--resume");
  expect(resumed.output).toMatch(/think twice: its accuracy/);

  const other = await train("other", "--set", "judge.model=b", "--calibration", path("out.json"));
  expect(other.output).toMatch(/^CONFIG_INVALID: .*of another judge/m);
  const wrong = await train("wrong", ...model, "--calibration", path("tasks.jsonl"));
  expect(wrong.output).toMatch(/^FILE_FORMAT: .*holds no calibration/m);
}, 120_000);

const shared = "../shared/data";

test.skipIf(!existsSync(shared))(
  "real responses (needs ../shared/data): the truth is that of IFEval's official verdicts",
  async () => {
    const official = readFileSync(`${shared}/verdicts/ifeval-claude-3-haiku.jsonl`, "utf8");
    writeFileSync(path("responses.jsonl"), official);
    const found = await calibrate(`${shared}/ifeval/input_data.jsonl`, "--limit", "120");
    expect(found).toMatchObject({ status: 0 });
    const { cases, overall } = result();
    expect(server.seen).toHaveLength(120);
    const byKey = new Map(
      official
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { key: number; instruction_id_list: string[]; strict: boolean[] })
        .map((line) => [String(line.key), line]),
    );
    const right = cases.filter(({ key, item, truth }) => {
      const { instruction_id_list: ids, strict } = byKey.get(key)!;
      return strict[ids.indexOf(item)] === truth;
    });
    expect(cases.length).toBeGreaterThan(150);
    expect(right.length / cases.length).toBeGreaterThan(0.97);
    // A judge that passes everything is right exactly where the model is.
    expect(overall.accuracy.count).toBe(cases.filter(({ truth }) => truth).length);
    expect(overall.falsePasses.count).toBe(cases.filter(({ truth }) => !truth).length);
  },
  60_000,
);
