import { expect, test } from "vitest";
import { HerlError } from "../../errors";
import { fakeFrozenEngine } from "../../policy/frozen/testing/fake_engine";
import { ableDevice } from "../../policy/frozen/testing/tiny_records";
import type { WebLlm } from "../../policy/frozen/webllm_engine";
import { LocalModels } from "./local_models.svelte";

const model = "Tiny-q4f32_1-MLC";

function page(device = ableDevice) {
  const engine = fakeFrozenEngine({ device });
  let started = 0;
  let closed = 0;
  const webLlm: WebLlm = {
    engine,
    port: () => Promise.reject(new Error("not used")),
    close: () => void closed++,
  };
  const local = new LocalModels(
    () => (started++, webLlm),
    async () => device,
  );
  return { local, engine, started: () => started, closed: () => closed };
}

test("looking at the device starts no thread; listing does, once", async () => {
  const { local, started } = page();
  await local.look();
  expect(local.device).toEqual(ableDevice);
  expect(started()).toBe(0);
  await local.list();
  await local.list();
  expect(started()).toBe(1);
  expect(local.models).toHaveLength(4);
  expect(local.lacks).toEqual([]);
  expect(local.models!.map((each) => local.lacksOf(each).length)).toEqual([1, 0, 0, 0]);
});

test("loads, unloads and deletes, and knows what is stored", async () => {
  const { local } = page();
  await local.list();
  const loading = local.load(model);
  expect(local.loading).toEqual({ model, progress: null, speed: null });
  await expect.poll(() => local.loading?.progress?.phase ?? null, { interval: 1 }).not.toBe("opening");
  await loading;
  expect(local.loading).toBeNull();
  expect(local.loaded).toBe(model);
  expect(local.storedAs(model)).toEqual({ id: model, bytes: 50e6, complete: true });
  await local.unload();
  expect(local.loaded).toBeNull();
  await local.remove(model);
  expect(local.stored).toEqual([]);
  expect(local.problem).toBeNull();
});

test("a cancelled download is no problem, and what has arrived is shown", async () => {
  const { local, engine } = page();
  await local.list();
  const loading = local.load(model);
  await expect.poll(async () => (await engine.cache.list()).length, { interval: 1 }).toBe(1);
  local.cancel();
  await loading;
  expect(local.problem).toBeNull();
  expect(local.loaded).toBeNull();
  expect(local.storedAs(model)?.complete).toBe(false);
});

test("a refusal is kept for the page, until the next attempt", async () => {
  const { local } = page();
  await local.list();
  await local.load("Tiny-q4f16_1-MLC");
  expect(local.problem).toBeInstanceOf(HerlError);
  expect(local.problem).toMatchObject({ code: "WEBLLM_UNAVAILABLE" });
  await local.load(model);
  expect(local.problem).toBeNull();
});

test("a thread that cannot list is closed, and the next attempt starts another", async () => {
  const { local, engine, started, closed } = page();
  const models = engine.models;
  engine.models = () => Promise.reject(new HerlError("WEBLLM_FAILED", "No program", "Reload"));
  await local.list();
  expect(local.problem).toMatchObject({ code: "WEBLLM_FAILED" });
  expect(closed()).toBe(1);
  engine.models = models;
  await local.list();
  expect(started()).toBe(2);
  expect(local.models).toHaveLength(4);
});
