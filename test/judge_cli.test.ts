/** `herl grade --judge`: the same judge as in the page, over the command line. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { herlProgram } from "./herl_program";
import { startJudgeServer, type JudgeServer } from "./judge_server";

const key = "sk-cli-0123456789-abcdef";
const herl = herlProgram({ HERL_TEST_KEY: key });
let folder: string;
let server: JudgeServer;
const folders: string[] = [];
beforeEach(async () => {
  folders.push((folder = mkdtempSync(join(tmpdir(), "herl-judge-"))));
  server = await startJudgeServer({ key });
  const item = (text: string) => ({ text });
  const code = { by: "code", verifier: "punctuation:no_comma", kwargs: {} };
  const task = {
    ...{ key: 1, prompt: "Write about a fox." },
    rubric: [
      item("Mentions fox."),
      { text: "No commas.", check: code },
      { ...item("Mentions owl."), polarity: "avoid" },
    ],
  };
  writeFileSync(join(folder, "tasks.jsonl"), `${JSON.stringify(task)}\n`);
  const responses = ["A fox.", "A fox, an owl.", "A lake."].map((response) =>
    JSON.stringify({ key: 1, response }),
  );
  writeFileSync(join(folder, "responses.jsonl"), responses.join("\n"));
});
afterEach(() => server.close());
afterAll(() => folders.forEach((path) => rmSync(path, { recursive: true })));

interface Line {
  readonly follow: (boolean | null)[];
  readonly reward: number | null;
  readonly unknown?: string[];
  readonly judged: ({ reason: string; cached?: true } | null)[];
}

function grade(...more: string[]) {
  const files = ["tasks", "responses", "out"].flatMap((name) => [`--${name}`, join(folder, `${name}.jsonl`)]);
  return herl("grade", ...files, ...more);
}

const judged = (...more: string[]) =>
  grade("--judge", server.url, "--judge-model", "test", "--judge-key-env", "HERL_TEST_KEY", ...more);
const lines = () =>
  readFileSync(join(folder, "out.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

test("grades code items by code and the others by the judge, once; the key is in no file and no message", async () => {
  const first = await judged();
  expect(first).toMatchObject({ status: 0 });
  expect(first.output).toContain("judge: 3 calls");
  expect(lines().map(({ follow }) => follow)).toEqual([
    [true, true, true],
    [true, false, false],
    [false, true, true],
  ]);
  expect(lines()[1].reward).toBe(0);
  expect(lines()[0].judged).toMatchObject([{ reason: "It is there." }, null, { reason: "It is not there." }]);
  const again = await judged();
  expect(again.output).toContain("judge: 0 calls (0 again), 3 answers kept");
  expect(lines()[0].judged[0]!.cached).toBe(true);
  expect(server.seen).toHaveLength(3);
  const written = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  expect(written).toHaveLength(4);
  expect([...written, first.output, again.output].join()).not.toContain(key);
});

test("a failure is null with a reason; a judge that refuses or is down ends the command, and what it said stays", async () => {
  server.options = { key, fault: (n) => (n === 0 ? "refusal" : null) };
  expect((await judged("--judge-set", "concurrency=1")).status).toBe(0);
  expect(lines()[0]).toMatchObject({ follow: [null, true, null], reward: null });
  expect(lines()[0].unknown![0]).toContain("declined");

  server.options = { key: "another" };
  const refused = await judged();
  expect(refused.status).toBe(1);
  expect(refused.output).toMatch(/^JUDGE_REFUSED: /m);
  await server.close();
  const down = await judged("--judge-set", "retries=0");
  expect(down.output).toMatch(/^JUDGE_DOWN: /m);
  expect(`${refused.output}${down.output}`).not.toContain(key);
  expect(readFileSync(join(folder, "out.jsonl.judgements.jsonl"), "utf8").trim().split("\n")).toHaveLength(2);
});

test("settings are checked, and the key is taken from the environment alone", async () => {
  expect((await grade("--judge", "localhost")).output).toMatch(/^CONFIG_INVALID: /m);
  expect((await judged("--judge-set", "votes=2")).output).toMatch(/^CONFIG_INVALID: .*votes: must be odd/m);
  expect((await judged("--judge-set", "colour=2")).output).toMatch(/^CONFIG_INVALID: .*colour/m);
  expect((await grade("--judge", server.url, "--judge-key-env", "NO_SUCH")).output).toMatch(/NO_SUCH/);
  expect(await grade("--judge-model", "test")).toMatchObject({ status: 2 });
  expect(server.seen).toEqual([]);
});

test("a run asks its judge with a key from the environment, and goes on after the judge was away; eval asks it too", async () => {
  const out = join(folder, "run");
  const settings = ["groups=1", "rollouts=2", "maxNewTokens=40", "evaluation.every=0", "judge.retries=0"];
  const train = (...more: string[]) =>
    herl(
      ...["train", "--out", out, "--steps", "1", "--judge-key-env", "HERL_TEST_KEY", ...more],
      ...[
        "--preset",
        "pocket-soft",
        ...[`judge.url=${server.url}`, ...settings].flatMap((set) => ["--set", set]),
      ],
    );
  server.options = { key: "another" };
  const refused = await train();
  expect(refused).toMatchObject({ status: 1 });
  expect(refused.output).toMatch(/^JUDGE_REFUSED: /m);
  server.options = { key };
  const done = await train("--resume");
  expect(done).toMatchObject({ status: 0 });
  expect(done.output).toMatch(/judge: \d+ calls/);
  expect(await herl("replay", out)).toMatchObject({ status: 0 });
  const written = readdirSync(out, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  for (const { parentPath, name } of written)
    expect(readFileSync(join(parentPath, name)).includes(key)).toBe(false);

  const tasks = join(folder, "tasks.jsonl");
  const evaluated = await herl(
    ...["eval", "--model", "pocket", "--tasks", tasks, "--out", join(folder, "eval.json")],
    ...["--judge", server.url, "--judge-key-env", "HERL_TEST_KEY", "--max-new-tokens", "30"],
  );
  expect(evaluated).toMatchObject({ status: 0 });
  expect(JSON.parse(readFileSync(join(folder, "eval.json"), "utf8"))).toMatchObject({ tasks: 1, n: 1 });
});
