/** Runs of the page that start from the adapter of a stored one: trained, kept, continued, exported. */
import { unzipSync } from "fflate";
import { beforeEach, describe, expect, test } from "vitest";
import { CpuBackend } from "../src/compute/cpu";
import { readModel } from "../src/policy/model_file";
import { archiveRun } from "../src/runs/archive";
import { checkpointAdapter } from "../src/runs/export/adapter";
import { RunOpener, type OpenRun } from "../src/runs/open_run";
import { openSession } from "../src/runs/open_session";
import { PageJudge } from "../src/runs/page_judge";
import { noJournal } from "../src/runs/replay";
import { RunStore } from "../src/runs/store";
import { trainStored } from "../src/runs/train_stored";
import { modelBytes, pocketModel, smallConfig } from "./pocket";

const config = smallConfig();
const later = smallConfig([["optimizer.learningRate", "0.002"]]);

let store: RunStore;
let opener: RunOpener;
let environment: ConstructorParameters<typeof RunOpener>[0];
beforeEach(async () => {
  store = await RunStore.open(`start-${Date.now()}-${Math.random()}`);
  environment = {
    ...{ gpu: undefined, emit: () => {}, store: Promise.resolve(store) },
    loadModel: async (name) => (await modelBytes(name))!,
    lock: () => Promise.resolve(() => {}),
  };
  opener = new RunOpener(environment, new PageJudge());
});

const train = (request: Parameters<typeof trainStored>[2]) =>
  trainStored(opener, environment, request, { signal: new AbortController().signal, onProgress: () => {} });

const open = (request: Partial<Parameters<RunOpener["open"]>[0]>): Promise<OpenRun> =>
  opener.open({ config: later, backend: "cpu", ...request });

async function updates(run: OpenRun, count: number): Promise<string> {
  for await (const event of run.session.run(count)) void event;
  return run.session.digest;
}

describe("a run that starts where a stored one has got to", () => {
  test("is the run that the adapter gives, stored once for each start", async () => {
    const first = await train({ config, steps: 1 });
    const start = checkpointAdapter(
      await store.manifest(first.id),
      pocketModel.config,
      (await store.checkpoint(first.id))!.policy,
    );
    const backend = await CpuBackend.create();
    const expected = await openSession({
      ...{ backend, model: pocketModel, config: later, journal: noJournal(), start },
    });
    for await (const event of expected.session.run(1)) void event;

    const second = await train({ config: later, steps: 1, from: first.id });
    expect(second.digest).toBe(expected.session.digest);
    expect((await store.manifest(second.id)).start).toEqual(expected.manifest.start);
    const bare = await train({ config: later, steps: 1 });
    expect(bare.digest).not.toBe(second.digest);
    expect(await train({ config: later, steps: 1, from: first.id })).toEqual(second);
    expect(await store.list()).toHaveLength(3);
    backend.destroy();
  });

  test("goes on to the same digest after its origin was deleted; its start goes with it", async () => {
    const first = await train({ config, steps: 1 });
    const whole = await open({ from: first.id });
    const digest = await updates(whole, 2);

    const begun = await open({ from: first.id });
    await updates(begun, 1);
    await store.delete(first.id);
    await store.delete(whole.id);
    const { start } = await store.manifest(begun.id);
    const resumed = await open({ resume: begun.id });
    expect(resumed.manifest.start).toEqual(start);
    expect(await updates(resumed, 2)).toBe(digest);

    const files = unzipSync(await archiveRun(store, begun.id, pocketModel.config));
    expect(files["start/adapter_model.safetensors"]).toEqual(
      (await store.starts.get(start!.sha256))!.weights,
    );
    expect(Object.keys(files)).toContain("start/adapter_config.json");

    await store.delete(begun.id, { start: start!.sha256 });
    expect(await store.starts.get(start!.sha256)).toBeDefined();
    await store.starts.sweep();
    expect(await store.starts.get(start!.sha256)).toBeUndefined();
  });

  test("can be started over though its origin is gone", async () => {
    const first = await train({ config, steps: 1 });
    const digest = await updates(await open({ from: first.id }), 1);
    await store.delete(first.id);
    expect(await updates(await open({ from: first.id }), 1)).toBe(digest);
  });

  test("is refused without an update to start from, and on another model", async () => {
    await expect(open({ from: "nowhere" })).rejects.toMatchObject({ code: "RUN_MISSING" });
    const first = await train({ config, steps: 1 });
    const other = { ...later, model: "pocket-2" };
    expect(readModel((await modelBytes("pocket-2"))!).sha256).not.toBe(pocketModel.sha256);
    await expect(open({ config: other, from: first.id })).rejects.toMatchObject({ code: "ADAPTER_MISMATCH" });
  });
});
