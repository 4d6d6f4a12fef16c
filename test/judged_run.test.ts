/** Runs whose rubric a judge decides: what goes wrong with it changes no number, and is paid for once. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RunFolder } from "../src/cli/run_folder";
import { CpuBackend } from "../src/compute/cpu";
import type { JudgeClock } from "../src/rubric/judge/judge_clock";
import type { JudgeAccess } from "../src/runs/open_grader";
import { openSession } from "../src/runs/open_session";
import { resolveConfig } from "../src/runs/presets";
import { noJournal, replay } from "../src/runs/replay";
import { faults, final, startJudgeServer, type JudgeServer, type SeenRequest } from "./judge_server";
import { pocketModel } from "./pocket";

const key = "sk-run-9876543210-zyxwvu";
const steps = 2;
const scratch = mkdtempSync(join(tmpdir(), "herl-judged-"));
afterAll(() => rmSync(scratch, { recursive: true }));

let server: JudgeServer;
let count = 0;
beforeEach(async () => {
  server = await startJudgeServer({ key });
});
afterEach(() => server.close());

const freshFolder = () => new RunFolder(join(scratch, `run-${count++}`));

const judged = (url: string, settings: readonly [string, string][] = []) =>
  resolveConfig({
    preset: "pocket-soft",
    seed: 5,
    settings: [
      ...([
        ["groups", "2"],
        ["rollouts", "4"],
        ["maxNewTokens", "60"],
        ["evaluation.every", "100"],
        ["evaluation.heldout", "4"],
        ["evaluation.close", "0"],
        ["evaluation.ood", "0"],
        ["judge.url", url],
        ["judge.model", "test"],
      ] as const),
      ...settings,
    ],
  });

/** Waits for nothing. */
const impatient: JudgeClock = {
  now: () => Date.now(),
  sleep: (_, signal) => (signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve()),
  random: () => 0.5,
};
const access: JudgeAccess = { key: () => key, fetch, clock: impatient };

async function train(folder: RunFolder, config = judged(server.url)) {
  const open = await openSession({
    ...{ backend: await CpuBackend.create(), model: pocketModel, journal: folder, judge: access },
    config: folder.exists ? folder.readManifest().config : config,
    ...(folder.exists && { recorded: folder.readManifest() }),
  });
  if (folder.exists) await open.session.resume();
  else await folder.begin(open.manifest);
  for await (const event of open.session.run(steps)) void event;
  return open.session.digest;
}

const questions = () => server.seen.map(({ body }) => JSON.stringify(body.messages));

describe("a run on the preset pocket-soft", () => {
  test("every sample is judged, and nothing is asked twice", async () => {
    const folder = freshFolder();
    await train(folder);
    const { metrics } = folder.read();
    expect(metrics).toHaveLength(steps);
    expect(metrics.map((row) => row["rubric/unknown"])).toEqual([0, 0]);
    expect(metrics.at(-1)!.judge_calls).toBe(server.seen.length);
    expect(new Set(questions()).size).toBe(questions().length);
    const lines = readFileSync(join(folder.path, "rollouts.jsonl"), "utf8").trim().split("\n");
    const verdicts = lines.flatMap((line) => (JSON.parse(line) as { verdicts: string[] }).verdicts);
    expect(new Set(verdicts)).toEqual(new Set(["satisfied", "unmet"]));
  });

  test("every fault that a retry mends leaves the same run", async () => {
    const [calm, stormy] = [freshFolder(), freshFolder()];
    const digest = await train(calm);
    // "slow" would have to be waited for. Each question fails when it is first asked, each in another way.
    const mended = faults.filter((fault) => fault !== "slow" && !final.includes(fault));
    const seen = new Set<string>();
    const first = ({ messages }: SeenRequest["body"]) => {
      const question = messages.at(-1)!.content.slice(0, 400);
      return seen.size !== seen.add(question).size;
    };
    server.options = { key, fault: (n, body) => (first(body) ? mended[n % mended.length] : null) };
    expect(await train(stormy)).toBe(digest);
    const withoutCost = (folder: RunFolder) =>
      folder
        .read()
        .metrics.map((row) =>
          Object.fromEntries(Object.entries(row).filter(([name]) => !/^judge|step_time/.test(name))),
        );
    expect(withoutCost(stormy)).toEqual(withoutCost(calm));
    expect(stormy.read().metrics[0]["judge/retries"]).toBeGreaterThan(0);
  });

  test("what stays unknown leaves the group, with its reason in the log; the others go on", async () => {
    const folder = freshFolder();
    server.options = { key, fault: (n) => (n % 4 === 0 ? "refusal" : null) };
    await train(folder);
    const [row] = folder.read().metrics;
    expect(row["rubric/unknown"]).toBeGreaterThan(0);
    const lines = readFileSync(join(folder.path, "rollouts.jsonl"), "utf8").trim().split("\n");
    const records = lines.map(
      (line) => JSON.parse(line) as { verdicts: string[]; reward: number | null; advantage: number | null },
    );
    const unknown = records.filter(({ verdicts }) => verdicts.some((v) => v.startsWith("unknown")));
    expect(unknown.length).toBeGreaterThan(0);
    for (const { reward, advantage } of unknown) expect([reward, advantage]).toEqual([null, null]);
    expect(records.some(({ advantage }) => advantage !== null)).toBe(true);
    expect(readFileSync(join(folder.path, "failures.jsonl"), "utf8")).toContain("declined");
  });

  test("a judge that goes away stops the run; it goes on where it was, and asks only what is new", async () => {
    const [whole, broken] = [freshFolder(), freshFolder()];
    const digest = await train(whole);
    const needed = server.seen.length;
    server.options = { key, fault: (n) => (n > 1.5 * needed ? "dropped" : null) };
    await expect(train(broken)).rejects.toMatchObject({ code: "JUDGE_DOWN" });
    const before = server.seen.length;
    server.options = { key };
    expect(await train(broken)).toBe(digest);
    expect(server.seen.length - before).toBeLessThan(needed);
    expect(server.seen.length - before).toBeGreaterThan(0);
  });

  test("a replay asks nobody, and has the same digest; so has one without a line of its record, which says so", async () => {
    const folder = freshFolder();
    const digest = await train(folder);
    await server.close();
    const { manifest, metrics } = folder.read();
    const backend = await CpuBackend.create();
    const again = (journal = noJournal(folder.judgements)) =>
      openSession({ backend, model: pocketModel, config: manifest.config, journal, recorded: manifest });
    expect(await replay((await again()).session, metrics)).toMatchObject({ digest, differs: null });
    await expect(replay((await again(noJournal())).session, metrics)).rejects.toMatchObject({
      code: "JUDGE_DOWN",
    });
  });

  test("the budget stops it before the call that would exceed it", async () => {
    const folder = freshFolder();
    await expect(train(folder, judged(server.url, [["judge.budgetCalls", "5"]]))).rejects.toMatchObject({
      code: "JUDGE_BUDGET",
    });
    await vi.waitFor(() => expect(server.seen.length).toBe(5));
  });

  test("what was spent before it was resumed counts", async () => {
    const folder = freshFolder();
    await train(folder);
    const calls = folder.read().metrics.at(-1)!.judge_calls;
    const { session, judge } = await openSession({
      ...{ backend: await CpuBackend.create(), model: pocketModel, journal: folder, judge: access },
      config: folder.readManifest().config,
    });
    expect(judge!.counters.calls).toBe(0);
    await session.resume();
    expect(judge!.counters.calls).toBe(calls);
    expect(judge!.counters.completionTokens).toBeGreaterThan(0);
  });

  test("the key goes to the judge and into no file", async () => {
    const folder = freshFolder();
    server.options = { key, indiscreet: true, fault: (n) => (n % 5 === 0 ? "refusal" : null) };
    await train(folder);
    expect(server.seen.every(({ headers }) => headers.authorization === `Bearer ${key}`)).toBe(true);
    const files = readdirSync(folder.path, { recursive: true, withFileTypes: true }).filter((f) =>
      f.isFile(),
    );
    expect(files.length).toBeGreaterThan(6);
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name)).includes(key)).toBe(false);
  });

  test("without a judge it does not start", async () => {
    await expect(train(freshFolder(), judged(""))).rejects.toMatchObject({ code: "JUDGE_MISSING" });
  });
});
