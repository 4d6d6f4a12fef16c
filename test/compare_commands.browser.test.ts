/** Runs to compare, in the training thread: brought along, kept, deleted; and runs trained to their end beside the open one. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { compareCommands } from "../src/runs/compare_commands";
import { RunOpener } from "../src/runs/open_run";
import { PageJudge } from "../src/runs/page_judge";
import { archiveRun } from "../src/runs/archive";
import { noJournal } from "../src/runs/replay";
import { RunStore } from "../src/runs/store";
import { pocketBytes, pocketModel, runUntil, smallConfig } from "./pocket";

const config = smallConfig();
const steps = 2;
let count = 0;

afterEach(() => vi.restoreAllMocks());

async function commandsOn(store: RunStore | null, taken: ReadonlySet<string> = new Set()) {
  const environment = {
    ...{ gpu: undefined, emit: () => {}, loadModel: pocketBytes, store: Promise.resolve(store) },
    lock: (id: string) => Promise.resolve(taken.has(id) ? null : () => {}),
  };
  return compareCommands(new RunOpener(environment, new PageJudge()), environment);
}
const freshStore = () => RunStore.open(`compare-${Date.now()}-${count++}`);

async function zipOf(store: RunStore, id: string) {
  return { path: "run.zip", file: new Blob([await archiveRun(store, id, pocketModel.config)]) };
}

describe("a run that was brought along", () => {
  test("is drawn as the one it was exported from, is kept, and can be deleted", async () => {
    const home = await freshStore();
    await runUntil(home.journal("run"), config, steps);
    const [original] = await (await commandsOn(home)).comparedRuns();
    const own = await (await commandsOn(home)).runCurves("run");

    const store = await freshStore();
    const commands = await commandsOn(store);
    const answer = await commands.importRuns([await zipOf(home, "run")]);
    expect([answer.problem, answer.problems]).toEqual([null, []]);
    const [listed] = await (await commandsOn(store)).comparedRuns();
    expect(listed).toEqual(answer.runs[0]);
    const { config: theirs, digest } = listed;
    expect([theirs, digest, listed.imported, listed.steps]).toEqual([
      ...[original.config, original.digest, "run.zip", steps],
    ]);
    // Files know no −0.
    expect(await commands.runCurves(listed.id)).toEqual(JSON.parse(JSON.stringify(own)));
    // It is no run that could be gone on with.
    expect(await store.list()).toEqual([]);
    await commands.deleteImported(listed.id);
    expect(await commands.comparedRuns()).toEqual([]);
    expect(await commands.runCurves(listed.id)).toBeNull();
  });

  test("stays for the tab where nothing can be stored, and faulty ones are named", async () => {
    const home = await freshStore();
    await runUntil(home.journal("run"), config, 1);
    const commands = await commandsOn(null);
    const broken = { path: "b/manifest.json", file: new Blob(["{}"]) };
    const answer = await commands.importRuns([await zipOf(home, "run"), broken]);
    expect(answer.problem?.code).toBe("STORE_REFUSED");
    expect(answer.problems.map(({ file }) => file)).toContain("b/manifest.json");
    expect((await commands.comparedRuns()).map(({ imported }) => imported)).toEqual(["run.zip"]);
    const nothing = await commands.importRuns([{ path: "x.txt", file: new Blob(["x"]) }]);
    expect(nothing.problem?.code).toBe("FILE_FORMAT");
  });
});

describe("a run trained to its end", () => {
  test("comes to the digest of the same run elsewhere, is stored, and is not trained twice", async () => {
    const expected = await runUntil(noJournal(), config, steps);
    const store = await freshStore();
    const commands = await commandsOn(store);
    const told: number[] = [];
    const trained = await commands.trainStored({ config, steps }, ({ step }) => told.push(step));
    expect(trained).toMatchObject({ digest: expected });
    expect(told.at(-1)).toBe(steps);
    const [run] = await commands.comparedRuns();
    expect([run.digest, run.steps, run.backend]).toEqual([expected, steps, "cpu"]);
    told.length = 0;
    expect(await commands.trainStored({ config, steps }, ({ step }) => told.push(step))).toEqual(trained);
    expect(told).toEqual([]);
    expect(await commands.comparedRuns()).toHaveLength(1);
  });

  test("goes on where it was cancelled, and beside a run that is open elsewhere it starts anew", async () => {
    const expected = await runUntil(noJournal(), config, steps);
    const store = await freshStore();
    const commands = await commandsOn(store);
    const cancelled = await commands.trainStored({ config, steps }, ({ step }) => {
      if (step === 1) commands.cancelStored();
    });
    expect(cancelled).toBeNull();
    const [half] = await store.list();
    expect(half.steps).toBe(1);
    expect(await commands.trainStored({ config, steps }, () => {})).toEqual({
      id: half.id,
      digest: expected,
    });

    const busy = await commandsOn(store, new Set([half.id]));
    const anew = await busy.trainStored({ config, steps }, () => {});
    expect(anew).toMatchObject({ digest: expected });
    expect(await store.list()).toHaveLength(2);
  });

  test("is refused where it would be lost", async () => {
    const commands = await commandsOn(null);
    const refused = await commands.trainStored({ config, steps }, () => {});
    expect(refused).toMatchObject({ problem: { code: "STORE_REFUSED" } });
  });
});
