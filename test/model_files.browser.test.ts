/** Models in the browser's private storage: fetched, taken up, checked, copied, listed, deleted. */
import { wrap } from "comlink";
import { expect, test } from "vitest";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { pocketBytes } from "./pocket";
import type { ModelFilesWorker } from "./model_files.worker";

const worker = new Worker(new URL("./model_files.worker.ts", import.meta.url), { type: "module" });
const models = wrap<ModelFilesWorker>(worker);
const content = await pocketBytes();
const hash = bytesToHex(sha256(content));
const url = "https://example.org/m.gguf";
let count = 0;
const folder = () => `models-${Date.now()}-${count++}`;

test("a model is fetched once, is what it was, and can be deleted", async () => {
  const own = folder();
  const { result, asked } = await models.fetch(own, url, { content, sha256: hash });
  expect(result).toMatchObject({ name: "m.gguf", url, bytes: content.length, sha256: hash });
  expect(asked).toEqual([null]);
  const { id } = result as { id: string };
  expect(await models.read(own, id)).toEqual(content);
  expect(await models.list(own)).toEqual({ models: [result], unfinished: [] });
  expect(await models.fetch(own, url, { content })).toEqual({ result, asked: [] });
  await models.delete(own, id);
  expect(await models.list(own)).toEqual({ models: [], unfinished: [] });
  await expect(models.read(own, id)).rejects.toMatchObject({
    message: expect.stringContaining("not have the model"),
  });
});

test("one that was cancelled goes on where it was", async () => {
  const own = folder();
  const first = await models.fetch(own, url, { content }, 20_000);
  expect(first.result).toEqual({ problem: "Error: cancelled" });
  const [half] = (await models.list(own)).unfinished;
  expect(half).toMatchObject({ name: "m.gguf", url });
  expect(half.received).toBeGreaterThanOrEqual(20_000);
  const { result, asked } = await models.fetch(own, url, { content });
  expect(asked).toEqual([`bytes=${half.received}-`]);
  expect(result).toMatchObject({ sha256: hash });
  expect((await models.list(own)).unfinished).toEqual([]);
});

test("what is not the promised file, or no model, is refused and not kept", async () => {
  const own = folder();
  const wrong = await models.fetch(own, url, { content, sha256: "0".repeat(64) });
  expect(wrong.result).toMatchObject({ problem: { code: "MODEL_HASH" } });
  const page = new TextEncoder().encode("<!doctype html><title>Sign in</title>");
  const html = await models.fetch(own, `${url}?2`, { content: page });
  expect(html.result).toMatchObject({ problem: { code: "GGUF_MAGIC" } });
  expect((await models.list(own)).models).toEqual([]);
  const good = await models.fetch(own, `${url}?2`, { content });
  expect(good.result).toMatchObject({ sha256: hash });
});

test("a file of the user's is copied; the same one again is not", async () => {
  const own = folder();
  const file = new File([new Uint8Array(content)], "mine.gguf", { lastModified: 1 });
  const kept = await models.keep(own, file);
  expect(kept).toMatchObject({ name: "mine.gguf", url: null, bytes: content.length, sha256: hash });
  expect(await models.keep(own, file)).toEqual(kept);
  expect(await models.keep(own, new File(["no model"], "n.gguf"))).toMatchObject({
    problem: { code: "GGUF_MAGIC" },
  });
  // Nothing is left of what could not be kept.
  const { id } = kept as { id: string };
  expect((await models.names(own)).sort()).toEqual([`${id}.gguf`, `${id}.json`]);
});

test("a model whose file was lost can be fetched again", async () => {
  const own = folder();
  const { result } = await models.fetch(own, url, { content });
  const { id } = result as { id: string };
  await models.lose(own, `${id}.gguf`);
  const again = await models.fetch(own, url, { content });
  expect(again).toMatchObject({ result: { id, sha256: hash }, asked: [null] });
  expect(await models.read(own, id)).toEqual(content);
});

test("two tabs do not fetch the same file at once", async () => {
  const own = folder();
  const other = wrap<ModelFilesWorker>(
    new Worker(new URL("./model_files.worker.ts", import.meta.url), { type: "module" }),
  );
  const both = await Promise.all([models.fetch(own, url, { content }), other.fetch(own, url, { content })]);
  const codes = both.map(({ result }) =>
    "problem" in result ? (result.problem as { code: string }).code : "kept",
  );
  // The slower one may also find the file that the other has finished by then.
  expect(codes).toContain("kept");
  expect(codes.every((code) => ["kept", "RUN_LOCKED"].includes(code))).toBe(true);
  expect((await models.list(own)).models).toHaveLength(1);
});
