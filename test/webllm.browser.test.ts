/** The real WebLLM in its worker, as far as a machine with a software adapter goes; a download is in webllm.e2e.test.ts. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWebLlm, type WebLlm } from "../src/policy/frozen/webllm_engine";
import { frozenClient, type FrozenThread } from "../src/policy/frozen/thread";
import { wrap } from "comlink";

let webLlm: WebLlm;
beforeAll(() => {
  webLlm = openWebLlm(
    new Worker(new URL("../workers/webllm.worker.ts", import.meta.url), { type: "module" }),
  );
});
afterAll(() => webLlm.close());

test("lists its text models, with the half-precision ones told apart", async () => {
  const models = await webLlm.engine.models();
  expect(models.length).toBeGreaterThan(100);
  expect(models.map(({ memoryMB }) => memoryMB)).toEqual(
    models.map(({ memoryMB }) => memoryMB).sort((a, b) => a - b),
  );
  expect(models.every(({ memoryMB, contextLength }) => memoryMB > 0 && contextLength! > 0)).toBe(true);
  expect(models.some(({ id }) => id.includes("embed"))).toBe(false);
  const half = models.filter(({ features }) => features.includes("shader-f16"));
  expect(half.length).toBeGreaterThan(30);
  expect(half.every(({ id }) => id.includes("f16"))).toBe(true);
  expect(
    models.filter(({ id }) => !half.some((other) => other.id === id)).some(({ id }) => /f16/.test(id)),
  ).toBe(false);
  expect(models.map(({ id }) => id)).toContain("Qwen2.5-0.5B-Instruct-q4f32_1-MLC");
});

test("refuses with a code and a cure: half precision, no such model, nothing loaded", async () => {
  const { engine } = webLlm;
  const device = await engine.device();
  expect(device).toMatchObject({ webgpu: true, secure: true });
  expect(device.features, "the software adapter has no half precision").not.toContain("shader-f16");
  await expect(engine.load("Qwen2.5-0.5B-Instruct-q4f16_1-MLC")).rejects.toMatchObject({
    code: "WEBLLM_UNAVAILABLE",
    message: device.adapter ? expect.stringContaining("shader-f16") : expect.stringContaining("adapter"),
  });
  await expect(engine.load("No-Such-Model")).rejects.toMatchObject({ code: "WEBLLM_MODEL" });
  const question = [{ role: "user", content: "Hello" }] as const;
  await expect(engine.chat(question, { temperature: 0, maxTokens: 1 })).rejects.toMatchObject({
    code: "WEBLLM_MODEL",
  });
  expect(await engine.loaded()).toBeNull();
  expect(await engine.cache.list()).toEqual([]);
});

test("a download can be given up, and another thread asks the same engine", async () => {
  const { engine } = webLlm;
  const controller = new AbortController();
  const loading = engine.load("SmolLM2-360M-Instruct-q4f32_1-MLC", { signal: controller.signal });
  controller.abort();
  await expect(loading).rejects.toMatchObject({ name: "AbortError" });
  const other = frozenClient(wrap<FrozenThread>(await webLlm.port()));
  expect(await other.models()).toEqual(await engine.models());
});
