/** Rubrics that learn from failure, through whole sessions: recorded, resumed, replayed, and never in an evaluation. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { RunFolder } from "../src/cli/run_folder";
import { CpuBackend } from "../src/compute/cpu";
import type { Task } from "../src/rubric/schema";
import { askForSplit } from "../src/runs/ask_for_split";
import { acceptSplit, type AcceptedSplit } from "../src/runs/accept_split";
import type { RunConfig } from "../src/runs/config";
import type { Journal } from "../src/runs/journal";
import type { Manifest } from "../src/runs/manifest";
import type { JudgeAccess } from "../src/runs/open_grader";
import { openSession, type OpenSession } from "../src/runs/open_session";
import { resolveConfig } from "../src/runs/presets";
import { noJournal, replay } from "../src/runs/replay";
import type { SessionEvent } from "../src/runs/session";
import { openWorld } from "../src/runs/world";
import { startJudgeServer, type JudgeServer } from "./judge_server";
import { pocketModel, smallConfig } from "./pocket";

/** Two groups of three rollouts. */
const smallRun: readonly [string, string][] = [
  ["groups", "2"],
  ["rollouts", "3"],
  ["maxNewTokens", "40"],
  ["evaluation.every", "0"],
  ["measureTransfer", "false"],
];

const scratch = mkdtempSync(join(tmpdir(), "herl-adaptive-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let count = 0;
const freshFolder = () => new RunFolder(join(scratch, `run-${count++}`));

async function open(config: RunConfig, journal: Journal, recorded?: Manifest): Promise<OpenSession> {
  const backend = await CpuBackend.create();
  return openSession({ backend, model: pocketModel, config, journal, recorded });
}

/** A session on the folder, as a process that has just started has it. */
async function opened(folder: RunFolder, config: RunConfig): Promise<OpenSession> {
  const session = await open(config, folder, folder.exists ? folder.readManifest() : undefined);
  if (folder.exists) await session.session.resume();
  else await folder.begin(session.manifest);
  return session;
}

async function trained({ session }: OpenSession, steps: number): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for await (const event of session.run(steps)) events.push(event);
  return events;
}

/** Trains to `steps` and dies in the middle of the update after. */
async function killed({ session }: OpenSession, steps: number): Promise<void> {
  for await (const event of session.run(steps + 1))
    if (event.type === "phase" && event.step === steps + 1 && event.state.phase === "gradient") return;
}

async function replayed(folder: RunFolder): Promise<Awaited<ReturnType<typeof replay>>> {
  const { manifest, metrics } = folder.read();
  const { session } = await open(manifest.config, noJournal(folder.judgements), manifest);
  return replay(session, metrics);
}

const trainingTasks = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => (event.type === "tasks" ? [event.tasks] : []));
const total = ({ rubric }: Task) => rubric.reduce((sum, { weight }) => sum + weight, 0);
const metricsOf = (folder: RunFolder) =>
  folder.read().metrics.map(({ step_time: _time, ...numbers }) => numbers);

/** Whatever is graded that no update trains on. */
function watchEvaluations({ learner }: OpenSession, events: readonly Task[][]): () => Task[] {
  const graded: Task[] = [];
  const grade = learner.grader.grade.bind(learner.grader);
  learner.grader.grade = (task, ...rest) => {
    graded.push(task);
    return grade(task, ...rest);
  };
  return () => graded.filter((task) => !events.flat().includes(task));
}

const evaluated = (config: RunConfig): Task[] => {
  const world = openWorld(config);
  return (["heldout", "close", "ood"] as const).flatMap((split) =>
    world.evaluationTasks(split, config.evaluation[split]),
  );
};

describe("reweighting", () => {
  const config = smallConfig([
    ["measureTransfer", "false"],
    ["adaptive.reweight", "0.5"],
    ["adaptive.decay", "0.5"],
  ]);

  test("leans towards what is missed; totals stay, evaluations keep the rubric as it was written", async () => {
    const folder = freshFolder();
    const run = await opened(folder, config);
    const seen: Task[][] = [];
    const evaluations = watchEvaluations(run, seen);
    const tasks = trainingTasks(await trained(run, 3));
    seen.push(...(tasks as Task[][]));
    const world = openWorld(config);
    const changed = tasks.flat().filter((task, index) => {
      const original = world.trainingTask(index);
      expect(total(task)).toBeCloseTo(total(original), 12);
      return task.rubric.some(({ weight }, i) => weight !== original.rubric[i].weight);
    });
    expect(changed.length).toBeGreaterThan(0);
    expect(evaluations().length).toBeGreaterThanOrEqual(evaluated(config).length);
    for (const task of evaluations()) expect(evaluated(config)).toContainEqual(task);
    expect(folder.readManifest().config.adaptive).toMatchObject({ reweight: 0.5, decay: 0.5 });
  });

  test("killed in an update and resumed it is the same run, and so is its replay", async () => {
    const [whole, broken, plain] = [freshFolder(), freshFolder(), freshFolder()];
    const run = await opened(whole, config);
    await trained(run, 3);
    await killed(await opened(broken, config), 1);
    const again = await opened(broken, config);
    await trained(again, 3);
    expect(again.session.digest).toBe(run.session.digest);
    expect(metricsOf(broken)).toEqual(metricsOf(whole));
    expect(await replayed(broken)).toMatchObject({ digest: run.session.digest, differs: null });
    const without = await opened(plain, {
      ...config,
      adaptive: { ...config.adaptive, reweight: 0 },
    });
    await trained(without, 3);
    expect(without.session.digest).not.toBe(run.session.digest);
  });
});

describe("finer splits", () => {
  const config = smallConfig([
    ["measureTransfer", "false"],
    ["groups", "4"],
    ["adaptive.propose", "2"],
    ["adaptive.proposeAbove", "0.5"],
  ]);
  const before = 2;
  const steps = 4;

  /** A run that has accepted the first proposal after two updates. */
  async function split(folder: RunFolder) {
    const run = await opened(folder, config);
    const events = await trained(run, before);
    const proposals = events.flatMap((event) => (event.type === "proposals" ? event.proposals : []));
    const manifest = await acceptSplit(run, { key: proposals[0].key });
    return { run: { ...run, manifest }, proposals };
  }

  test("are proposed for what stays unmet, by template, and change nothing before they are accepted", async () => {
    const [proposing, silent] = [freshFolder(), freshFolder()];
    const run = await opened(proposing, config);
    const events = await trained(run, 3);
    const proposed = events.flatMap((event) => (event.type === "proposals" ? [event] : []));
    expect(proposed.map(({ step }) => step)).toEqual([2]);
    const [{ proposals }] = proposed;
    for (const { rate, item, texts } of proposals) {
      expect(rate).toBeGreaterThanOrEqual(0.5);
      expect(item.check.by).toBe("code");
      expect(texts!.length).toBeGreaterThan(1);
    }
    const other = await opened(silent, { ...config, adaptive: { ...config.adaptive, propose: 0 } });
    expect((await trained(other, 3)).some(({ type }) => type === "proposals")).toBe(false);
    expect(other.session.digest).toBe(run.session.digest);
    expect(proposing.readManifest().rubric_changes).toEqual([]);
  });

  test("hold from the next update on, in training only, with the weight that the item had", async () => {
    const folder = freshFolder();
    const { run, proposals } = await split(folder);
    const [{ key }] = proposals;
    expect(folder.readManifest().rubric_changes).toEqual([{ fromStep: before + 1, key }]);
    const seen: Task[][] = [];
    const evaluations = watchEvaluations(run, seen);
    const tasks = trainingTasks(await trained(run, steps)) as Task[][];
    seen.push(...tasks);
    const world = openWorld(config);
    for (const [index, task] of tasks.flat().entries()) {
      const original = world.trainingTask(before * config.groups + index);
      expect(total(task)).toBeCloseTo(total(original), 12);
      expect(task.prompt).toBe(original.prompt);
    }
    for (const task of evaluations()) expect(evaluated(config)).toContainEqual(task);
    expect(evaluations().length).toBeGreaterThan(0);
    const all = Array.from({ length: 12 }, (_, i) => run.session.tasksOf(before + 1 + i)).flat();
    const longer = all.filter(({ original, adapted }) => adapted.rubric.length > original.rubric.length);
    expect(longer.length).toBeGreaterThan(0);
  });

  test("killed after it was accepted and resumed, it is the same run, and so is its replay", async () => {
    const [whole, broken] = [freshFolder(), freshFolder()];
    const { run } = await split(whole);
    await trained(run, steps);
    const { run: doomed } = await split(broken);
    await killed(doomed, before);
    const again = await opened(broken, config);
    await trained(again, steps);
    expect(again.session.digest).toBe(run.session.digest);
    expect(metricsOf(broken)).toEqual(metricsOf(whole));
    expect(await replayed(broken)).toMatchObject({ digest: run.session.digest, differs: null });
    const plain = await opened(freshFolder(), config);
    await trained(plain, steps);
    expect(plain.session.digest).not.toBe(run.session.digest);
  });

  test("accepted in the midst of an update, it waits for the next one", async () => {
    const folder = freshFolder();
    const run = await opened(folder, config);
    const [{ key }] = await trained(run, before).then(() => run.session.proposals());
    for await (const event of run.session.run(steps)) {
      if (event.type !== "phase" || event.state.phase !== "grade" || event.step !== before + 1) continue;
      await acceptSplit(run, { key });
    }
    expect(folder.readManifest().rubric_changes).toEqual([{ fromStep: before + 2, key }]);
    expect(await replayed(folder)).toMatchObject({ digest: run.session.digest, differs: null });
  });

  test("what cannot be split is refused, and the record stays as it was", async () => {
    const folder = freshFolder();
    const { run, proposals } = await split(folder);
    const manifest = readFileSync(join(folder.path, "manifest.json"), "utf8");
    const refusals: AcceptedSplit[] = [{ key: proposals[0].key }, { key: "no:such" }, { key: "judge: none" }];
    for (const refusal of refusals)
      await expect(acceptSplit(run, refusal)).rejects.toMatchObject({ code: "RUBRIC_INVALID" });
    const numbered = { ...config, world: { ...config.world, wording: "numbers" as const } };
    const told = await opened(freshFolder(), numbered);
    expect((await trained(told, before)).some(({ type }) => type === "proposals")).toBe(false);
    await expect(acceptSplit(told, { key: proposals[0].key })).rejects.toMatchObject({
      code: "RUBRIC_INVALID",
      message: expect.stringContaining("numbers") as string,
    });
    expect(readFileSync(join(folder.path, "manifest.json"), "utf8")).toBe(manifest);
  });
});

describe("a judged item", () => {
  let server: JudgeServer;
  beforeEach(async () => {
    server = await startJudgeServer();
  });
  afterEach(() => server.close());

  const config = () =>
    resolveConfig({
      preset: "pocket-soft",
      settings: [
        ...smallRun,
        ["adaptive.propose", "1"],
        ["adaptive.proposeAbove", "0.2"],
        ["judge.url", server.url],
        ["judge.model", "test"],
      ],
    });
  const judge: JudgeAccess = { key: () => null, fetch };

  async function judgedRun(folder: RunFolder) {
    const backend = await CpuBackend.create();
    const open = await openSession({ backend, model: pocketModel, config: config(), journal: folder, judge });
    await folder.begin(open.manifest);
    const events = await trained(open, 1);
    const proposals = events.flatMap((event) => (event.type === "proposals" ? event.proposals : []));
    return { open, soft: proposals.find(({ item }) => item.check.by === "judge")! };
  }

  test("is taken apart by the judge when it is asked to, and only what is accepted holds", async () => {
    const folder = freshFolder();
    const { open, soft } = await judgedRun(folder);
    expect(soft.texts).toBeNull();
    const before = server.seen.length;
    const { texts } = await askForSplit(open, soft.key, folder.failures());
    expect(texts).toEqual(["Mentions a.", "Mentions the."]);
    const question = server.seen[before].body.messages[1].content;
    expect(question).toContain(JSON.stringify(soft.item.text));
    const drafts = folder
      .failures()
      .flatMap(({ failures }) => failures)
      .filter(({ key, draft }) => key === soft.key && draft.status === "unmet");
    for (const { draft } of drafts.slice(-3)) expect(question).toContain(draft.text);
    expect(open.session.changes).toEqual([]);
    await expect(acceptSplit(open, { key: soft.key })).rejects.toMatchObject({ code: "RUBRIC_INVALID" });
    await acceptSplit(open, { key: soft.key, texts });
    expect(folder.readManifest().rubric_changes).toEqual([
      { fromStep: 2, key: soft.key, judged: { polarity: "want", texts } },
    ]);
    await trained(open, 3);
    const keys = folder.failures().flatMap(({ metrics }) => Object.keys(metrics));
    expect(keys).toContain("rubric/judge: Mentions a./satisfied");
    await server.close();
    expect(await replayed(folder)).toMatchObject({ digest: open.session.digest, differs: null });
  });

  test("stays whole when the judge's parts cannot be used, and the run with it", async () => {
    const folder = freshFolder();
    const { open, soft } = await judgedRun(folder);
    server.options = { split: (item) => [item, item] };
    await expect(askForSplit(open, soft.key, folder.failures())).rejects.toMatchObject({
      code: "RUBRIC_INVALID",
      message: expect.stringContaining("repeats") as string,
    });
    expect(open.session.changes).toEqual([]);
  });
});
