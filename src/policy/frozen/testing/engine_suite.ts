/** What every `FrozenEngine` must do: the fake, WebLLM's wrapper, and either of them in another thread. */
import { describe, expect, test } from "vitest";
import { exp } from "../../../kernels/math";
import { seedKey } from "../../../kernels/random/random";
import type { ChatMessage } from "../../chat_message";
import type { FrozenEngine, LoadProgress } from "../frozen_engine";
import { sampleFrozen } from "../sample_frozen";
import { endText, vocabulary } from "./tiny_model";

const model = "Tiny-q4f32_1-MLC";
const tuned = "Tiny-Tuned-q4f32_1-MLC";
const messages: readonly ChatMessage[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "Write about a fox." },
];
const plain = { temperature: 1, maxTokens: 12, seed: 5 };
const code = (name: string) => expect.objectContaining({ code: name, cure: expect.stringMatching(/\w/) });

/** `open` gives an engine on a device without shader-f16, with nothing stored. */
export function describeFrozenEngine(name: string, open: () => FrozenEngine): void {
  describe(`FrozenEngine: ${name}`, () => {
    const loaded = async (distributions = false): Promise<FrozenEngine> => {
      const engine = open();
      await engine.load(model, { distributions });
      return engine;
    };

    test("lists text models, small ones first, with the features that they need", async () => {
      const models = await open().models();
      expect(models.map(({ id }) => id)).toEqual([
        "Tiny-q4f16_1-MLC",
        tuned,
        model,
        "Qwen3-Tiny-q4f32_1-MLC",
      ]);
      expect(models.map(({ features }) => features)).toEqual([["shader-f16"], [], [], []]);
      expect(models[0]).toMatchObject({ memoryMB: 30, lowResource: true, contextLength: 64 });
      expect((await open().device()).adapter).toBe(true);
    });

    test("refuses with a code and a cure, and before it downloads", async () => {
      const engine = open();
      await expect(engine.chat(messages, plain)).rejects.toEqual(code("WEBLLM_MODEL"));
      await expect(engine.nextToken("A")).rejects.toEqual(code("WEBLLM_MODEL"));
      await expect(engine.load("No-Such-Model")).rejects.toEqual(code("WEBLLM_MODEL"));
      await expect(engine.load("Tiny-q4f16_1-MLC")).rejects.toEqual(code("WEBLLM_UNAVAILABLE"));
      await expect(engine.load("Tiny-q4f16_1-MLC")).rejects.toThrow(/shader-f16/);
      expect(await engine.cache.list()).toEqual([]);
      expect(await engine.loaded()).toBeNull();
    });

    test("loads with progress, and keeps what it loaded", async () => {
      const engine = open();
      const heard: LoadProgress[] = [];
      await engine.load(model, { onProgress: (progress) => heard.push(progress) });
      expect(await engine.loaded()).toBe(model);
      await expect.poll(() => heard.at(-1)?.share).toBe(1);
      const fetched = heard.filter(({ phase, bytes }) => phase === "fetching" && bytes);
      expect(fetched.length).toBeGreaterThan(2);
      expect(fetched.map(({ bytes }) => bytes)).toEqual(
        fetched.map(({ bytes }) => bytes!).sort((a, b) => a - b),
      );
      expect(await engine.cache.has(model)).toBe(true);
      expect(await engine.cache.has(tuned)).toBe(false);
      expect(await engine.cache.list()).toEqual([{ id: model, bytes: expect.any(Number), complete: true }]);
      expect((await engine.cache.list())[0].bytes).toBeGreaterThan(1000);
      await engine.unload();
      expect(await engine.loaded()).toBeNull();
      await expect(engine.chat(messages, plain)).rejects.toEqual(code("WEBLLM_MODEL"));
      await engine.cache.delete(model);
      expect(await engine.cache.list()).toEqual([]);
      await expect(engine.cache.delete("No-Such-Model")).rejects.toEqual(code("WEBLLM_MODEL"));
    });

    test("a cancelled download rejects, keeps what has arrived, and can go on", async () => {
      const engine = open();
      const controller = new AbortController();
      const onProgress = ({ share }: LoadProgress) => void (share >= 0.25 && controller.abort());
      await expect(engine.load(model, { onProgress, signal: controller.signal })).rejects.toThrow(/abort/i);
      await engine.unload();
      expect(await engine.loaded()).toBeNull();
      expect(await engine.cache.list()).toEqual([expect.objectContaining({ id: model, complete: false })]);
      await engine.load(model);
      expect((await engine.cache.list())[0].complete).toBe(true);
      await expect(engine.load(model, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    });

    test("the same seed gives the same answer, in pieces or as a whole; another seed another one", async () => {
      const engine = await loaded();
      const pieces: string[] = [];
      const first = await engine.chat(messages, { ...plain, onToken: (text) => void pieces.push(text) });
      await expect.poll(() => pieces.join("")).toBe(first.text);
      expect(first.text.length).toBeGreaterThan(5);
      expect(pieces.length).toBeGreaterThan(1);
      expect(first.usage.completionTokens).toBeGreaterThanOrEqual(pieces.filter(Boolean).length);
      expect(first.usage.promptTokens).toBeGreaterThan(3);
      expect(await engine.chat(messages, plain)).toEqual(first);
      const others = await Promise.all([6, 7, 8].map((seed) => engine.chat(messages, { ...plain, seed })));
      expect(new Set([first, ...others].map(({ text }) => text)).size).toBeGreaterThan(1);
      const greedy = { temperature: 0, maxTokens: 4 };
      expect(await engine.chat(messages, { ...greedy, seed: 1 })).toEqual(
        await engine.chat(messages, { ...greedy, seed: 2 }),
      );
    });

    test("requests at once are answered as if each were alone", async () => {
      const engine = await loaded();
      const seeds = [1, 2, 3, 4];
      const alone = [];
      for (const seed of seeds) alone.push(await engine.chat(messages, { ...plain, seed }));
      const together = await Promise.all(seeds.map((seed) => engine.chat(messages, { ...plain, seed })));
      expect(together).toEqual(alone);
    });

    test("says how an answer ended", async () => {
      const engine = await loaded();
      const cut = await engine.chat(messages, { ...plain, maxTokens: 2 });
      expect(cut).toMatchObject({ finish: "length", usage: { completionTokens: 2 }, logprobs: null });
      const long = { role: "user", content: "word ".repeat(100) } as const;
      await expect(engine.chat([long], plain)).rejects.toEqual(code("CONTEXT_TOO_LONG"));
      await engine.load(model, { contextLength: 200 });
      expect((await engine.chat([long], plain)).text).toBeTypeOf("string");
    });

    test("an answer can be interrupted, and one that nobody waits for is given up", async () => {
      const engine = await loaded();
      const endless = { ...plain, maxTokens: 100_000, responseSchema: bigSchema };
      const interrupted = await engine.chat(messages, {
        ...endless,
        onToken: () => void engine.interrupt(),
      });
      expect(interrupted.finish).toBe("abort");
      expect(interrupted.usage.completionTokens).toBeLessThan(1000);
      const controller = new AbortController();
      const { signal } = controller;
      await expect(
        engine.chat(messages, { ...endless, signal, onToken: () => controller.abort() }),
      ).rejects.toThrow(/abort/i);
      const ended: string[] = [];
      const before = engine
        .chat(messages, { ...plain, responseSchema: bigSchema, maxTokens: 200 })
        .then(() => ended.push("before"));
      await expect(engine.chat(messages, { ...plain, signal: AbortSignal.timeout(20) })).rejects.toThrow();
      expect(ended).toEqual([]);
      await before;
      expect(await engine.chat(messages, plain)).toEqual(await (await loaded()).chat(messages, plain));
    });

    test("writes JSON that fits a schema", async () => {
      const engine = await loaded();
      const { text, finish } = await engine.chat(messages, {
        ...plain,
        maxTokens: 200,
        responseSchema: schema,
      });
      expect(finish).toBe("stop");
      const answer = JSON.parse(text) as { verdict: string; sure: boolean };
      expect(Object.keys(answer)).toEqual(["verdict", "sure"]);
      expect(["there", "absent"]).toContain(answer.verdict);
    });

    test("shows the whole distribution of the next token, and each answer its own log-probabilities", async () => {
      const engine = await loaded(true);
      const logprobs = await engine.nextToken(messages);
      expect(logprobs).toBeInstanceOf(Float32Array);
      expect(logprobs.length).toBe(vocabulary.length);
      expect(logprobs.reduce((sum, l) => sum + exp(l), 0)).toBeCloseTo(1, 5);
      expect(await engine.nextToken("A fox")).not.toEqual(logprobs);
      const reply = await engine.chat(messages, { ...plain, logprobs: true });
      expect(reply.logprobs).toHaveLength(reply.usage.completionTokens);
      const ended = reply.finish === "stop" ? endText : "";
      expect(reply.logprobs!.map(({ token }) => token).join("")).toBe(reply.text + ended);
      const first = vocabulary.indexOf(reply.logprobs![0].token);
      expect(reply.logprobs![0].logprob).toBeCloseTo(logprobs[first], 5);
      expect(await engine.nextToken(messages)).toEqual(logprobs);
      await engine.load(model);
      await expect(engine.nextToken(messages)).rejects.toEqual(code("WEBLLM_MODEL"));
    });

    test("is sampled for exploration: by a key, with the probability of every response", async () => {
      const engine = await loaded();
      const options = { samples: 3, temperature: 1, maxTokens: 8, key: seedKey(2) };
      const heard: number[] = [];
      const samples = await sampleFrozen(engine, messages, { ...options, onSample: (i) => heard.push(i) });
      expect(heard).toEqual([0, 1, 2]);
      expect(await sampleFrozen(engine, messages, options)).toEqual(samples);
      expect(new Set(samples.map(({ text }) => text)).size).toBeGreaterThan(1);
      for (const { logprob, tokens } of samples) {
        expect(tokens).toBeGreaterThan(0);
        expect(logprob).toBeLessThan(0);
      }
      const more = await sampleFrozen(engine, messages, { ...options, samples: 1 });
      expect(more).toEqual(samples.slice(0, 1));
    });
  });
}

const schema = {
  type: "object",
  properties: { verdict: { enum: ["there", "absent"] }, sure: { type: "boolean" } },
  required: ["verdict", "sure"],
  additionalProperties: false,
} as const;

/** Its text is some thousands of pieces long. */
const bigSchema = {
  type: "object",
  properties: Object.fromEntries(
    Array.from({ length: 2000 }, (_, i) => [`property ${i}`, { type: "string" }]),
  ),
};
