import { expose, wrap, type Endpoint } from "comlink";
import { afterAll, describe, expect, test } from "vitest";
import { deviceLacks, lacksOf, readDevice } from "./device";
import { mlcFrozenEngine } from "./mlc_engine";
import { readProgress } from "./mlc_models";
import { fakeFrozenEngine } from "./testing/fake_engine";
import { describeFrozenEngine } from "./testing/engine_suite";
import { fakeCaches, fakeMlc } from "./testing/fake_mlc";
import { ableDevice, tinyModels, tinyRecords } from "./testing/tiny_records";
import { frozenClient, serveFrozen, type FrozenThread } from "./thread";

function wrapper() {
  const caches = fakeCaches();
  const mlc = fakeMlc(caches);
  const engine = mlcFrozenEngine({
    engine: mlc,
    records: tinyRecords,
    caches,
    device: async () => ableDevice,
  });
  return { engine, mlc, caches };
}

const ports: MessagePort[] = [];
afterAll(() => ports.forEach((port) => port.close()));

/** The same engine, from the other end of a message channel. */
function inThread(crashed?: Promise<never>) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  expose(serveFrozen(wrapper().engine), port1 as unknown as Endpoint);
  return frozenClient(wrap<FrozenThread>(port2 as unknown as Endpoint), crashed);
}

describeFrozenEngine("a fake", () => fakeFrozenEngine());
describeFrozenEngine("WebLLM's wrapper", () => wrapper().engine);
describeFrozenEngine("WebLLM's wrapper, from another thread", () => inThread());

const messages = [{ role: "user", content: "Write." }] as const;

describe("WebLLM's wrapper", () => {
  test("leaves no setting of sampling to the model's own file", async () => {
    const { engine, mlc } = wrapper();
    await engine.load("Tiny-q4f32_1-MLC");
    await engine.chat(messages, { temperature: 0.3, maxTokens: 5 });
    expect(mlc.requests[0]).toEqual({
      messages,
      temperature: 0.3,
      max_tokens: 5,
      top_p: 1,
      repetition_penalty: 1,
      frequency_penalty: 0,
      presence_penalty: 0,
      stream: false,
    });
  });

  test("lets no model think aloud, and the empty thought is no part of the answer", async () => {
    const { engine, mlc } = wrapper();
    await engine.load("Qwen3-Tiny-q4f32_1-MLC");
    const pieces: string[] = [];
    const options = { temperature: 1, maxTokens: 5, seed: 3 };
    const reply = await engine.chat(messages, { ...options, onToken: (text) => void pieces.push(text) });
    expect(mlc.requests[0]).toMatchObject({ extra_body: { enable_thinking: false } });
    expect(await engine.chat(messages, options)).toEqual(reply);
    expect(reply.text).not.toContain("think");
    expect(pieces.join("")).toBe(reply.text);
    expect(reply).toMatchObject({ finish: "length", usage: { completionTokens: 5 } });
  });

  test.each([
    [new TypeError("Failed to fetch"), "WEBLLM_DOWNLOAD"],
    [new TypeError("Failed to execute 'add' on 'Cache': Request failed"), "WEBLLM_DOWNLOAD"],
    [new DOMException("The quota has been exceeded", "QuotaExceededError"), "STORE_FULL"],
    [Object.assign(new Error("lost"), { name: "DeviceLostError" }), "DEVICE_LOST"],
    [Object.assign(new Error("no f16"), { name: "ShaderF16SupportError" }), "WEBLLM_UNAVAILABLE"],
    [new Error("Unable to find a compatible GPU. This issue"), "WEBLLM_UNAVAILABLE"],
    ["Engine.unload() is called.", "WEBLLM_FAILED"],
  ])("says what became of a load: %s", async (failure, code) => {
    const { engine, mlc } = wrapper();
    mlc.failure = failure;
    await expect(engine.load("Tiny-q4f32_1-MLC")).rejects.toMatchObject({ code });
    await engine.load("Tiny-q4f32_1-MLC");
    expect((await engine.chat(messages, { temperature: 0, maxTokens: 3 })).text).toBeTypeOf("string");
  });

  test("a lost device is said once, then there is no model", async () => {
    const { engine, mlc } = wrapper();
    await engine.load("Tiny-q4f32_1-MLC");
    mlc.lose();
    const ask = () => engine.chat(messages, { temperature: 0, maxTokens: 3 });
    await expect(ask()).rejects.toMatchObject({ code: "DEVICE_LOST" });
    expect(await engine.loaded()).toBeNull();
    await expect(ask()).rejects.toMatchObject({ code: "WEBLLM_MODEL" });
  });

  test("deletes a model's files and no program that another stored model shares", async () => {
    const { engine, caches } = wrapper();
    await engine.load("Tiny-q4f32_1-MLC");
    await engine.load("Tiny-Tuned-q4f32_1-MLC");
    const programs = () => [...caches.scopes.get("webllm/wasm")!.keys()];
    await engine.cache.delete("Tiny-q4f32_1-MLC");
    expect(programs()).toHaveLength(1);
    expect((await engine.cache.list()).map(({ id }) => id)).toEqual(["Tiny-Tuned-q4f32_1-MLC"]);
    await engine.cache.delete("Tiny-Tuned-q4f32_1-MLC");
    expect(programs()).toEqual([]);
    expect([...caches.scopes.values()].every((files) => files.size === 0)).toBe(true);
  });
});

test("a thread that is lost answers every call that waits for it", async () => {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, no) => (reject = no));
  const engine = inThread(promise);
  await engine.load("Tiny-q4f32_1-MLC");
  const waiting = engine.chat(messages, { temperature: 1, maxTokens: 100_000 });
  reject(new Error("the thread is gone"));
  await expect(waiting).rejects.toThrow("gone");
  await expect(engine.models()).rejects.toThrow("gone");
});

describe("what a device lacks", () => {
  const model = tinyModels.find(({ id }) => id === "Tiny-q4f32_1-MLC")!;
  const half = tinyModels.find(({ id }) => id === "Tiny-q4f16_1-MLC")!;

  test.each([
    ["nothing", ableDevice, []],
    ["an adapter", { ...ableDevice, adapter: false }, ["adapter"]],
    ["WebGPU", { ...ableDevice, webgpu: false, adapter: false }, ["webgpu"]],
    ["https", { ...ableDevice, secure: false, webgpu: false, adapter: false }, ["webgpu"]],
    ["limits", { ...ableDevice, maxStorageBuffersPerShaderStage: 8 }, ["limits"]],
    ["network and room", { ...ableDevice, online: false, freeBytes: 1e6 }, ["network", "storage"]],
  ])("%s", (_, device, kinds) => {
    expect(lacksOf(model, device).map(({ kind }) => kind)).toEqual(kinds);
  });

  test("a stored model needs neither network nor room", () => {
    expect(lacksOf(model, { ...ableDevice, online: false, freeBytes: 0 }, true)).toEqual([]);
  });

  test("half precision, and a buffer that is too large, are said of the model", () => {
    expect(lacksOf(half, ableDevice).map(({ what }) => what)).toEqual([
      expect.stringContaining("shader-f16"),
    ]);
    expect(lacksOf(half, { ...ableDevice, features: ["shader-f16"] })).toEqual([]);
    expect(lacksOf({ ...model, bufferBytes: 2 ** 31 }, ableDevice).map(({ kind }) => kind)).toEqual([
      "limits",
    ]);
  });

  test("is read from the browser, and a browser that throws has no adapter", async () => {
    const bare = await readDevice({}, true);
    expect(bare).toMatchObject({ webgpu: false, adapter: false, freeBytes: null, online: true });
    const broken = await readDevice({ gpu: { requestAdapter: () => Promise.reject(new Error("no")) } }, true);
    expect(deviceLacks(broken).map(({ kind }) => kind)).toEqual(["adapter"]);
  });
});

test.each([
  ["Start to fetch params", 0, "fetching", null],
  ["Fetching param cache[3/24]: 96MB fetched. 13% completed, 4 secs elapsed. It can", 0.13, "fetching", 96],
  ["Loading model from cache[24/24]: 700MB loaded. 100% completed, 9 secs elapsed.", 1, "loading", 700],
  ["Loading GPU shader modules[5/73]: 6% completed, 1 secs elapsed.", 0.06, "compiling", null],
  ["Finish loading on WebGPU - nvidia", 1, "compiling", null],
  ["", NaN, "opening", null],
])("reads WebLLM's progress: %s", (text, progress, phase, megabytes) => {
  const bytes = megabytes === null ? null : megabytes * 2 ** 20;
  expect(readProgress({ progress, text })).toEqual({ phase, share: progress || 0, bytes });
});
