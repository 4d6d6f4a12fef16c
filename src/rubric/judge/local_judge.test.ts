import { describe, expect, test } from "vitest";
import type { ChatOptions, FrozenEngine } from "../../policy/frozen/frozen_engine";
import { fakeFrozenEngine } from "../../policy/frozen/testing/fake_engine";
import { judgeConfig } from "./judge_config";
import { isLocalJudge, judgeFetch, localJudge, localJudgeConfig, localJudgeUrl } from "./local_judge";

const model = "Tiny-q4f32_1-MLC";
const items = [
  { text: "The response names a fox.", polarity: "want" },
  { text: "The response names a stone.", polarity: "avoid" },
] as const;
const request = { instruction: "Write.", response: "A fox by the river.", items };

/** The ids that the schema asks for, in order. */
const idsOf = ({ responseSchema }: ChatOptions): string[] => {
  const { properties } = responseSchema as {
    properties: { items: { items: { properties: { id: { enum: string[] } } } } };
  };
  return properties.items.items.properties.id.enum;
};

type Answer = (ids: readonly string[], call: number) => unknown;
const judging = (answer: Answer) => {
  let calls = 0;
  const engine = fakeFrozenEngine({
    answer: (_, options) => {
      const value = answer(idsOf(options), calls++);
      return typeof value === "string" ? value : JSON.stringify(value);
    },
  });
  return { engine, calls: () => calls };
};
const says =
  (...present: boolean[]): Answer =>
  (ids) => ({
    items: ids.map((id, i) => ({ id, reason: "because", present: present[i] })),
  });
const loaded = async (engine: FrozenEngine): Promise<FrozenEngine> => {
  await engine.load(model, { contextLength: 4096 });
  return engine;
};
const config = judgeConfig({ model, retries: 0, maxTokens: 400 });

describe("a judge in this page", () => {
  test("decides by the loaded model, with the tokens that it took, and keeps its answers", async () => {
    const { engine, calls } = judging(says(true, false));
    const judge = localJudge({ engine: await loaded(engine), config });
    const verdicts = await judge.judge(request);
    expect(verdicts).toMatchObject([
      { status: "satisfied", by: "judge", reason: "because" },
      { status: "satisfied", by: "judge" },
    ]);
    expect(judge.counters).toMatchObject({ calls: 1, answered: 1, unknown: 0 });
    expect(judge.counters.promptTokens).toBeGreaterThan(20);
    expect(await judge.judge(request)).toMatchObject([{ cached: true }, { cached: true }]);
    expect(judge.counters).toMatchObject({ calls: 1, cached: 1 });
    expect(calls()).toBeGreaterThan(0);
  });

  test("nonsense is unknown with a reason, after it was asked again", async () => {
    const { engine } = judging(() => "no JSON at all");
    const judge = localJudge({ engine: await loaded(engine), config });
    const verdicts = await judge.judge(request);
    expect(verdicts.map(({ status }) => status)).toEqual(["unknown", "unknown"]);
    expect(judge.counters).toMatchObject({ calls: 2, unknown: 2 });
  });

  test("an answer that is cut off and a text that is too long are unknown, and say why", async () => {
    const { engine } = judging((ids) => ({
      items: ids.map((id) => ({ id, reason: "because ".repeat(30), present: true })),
    }));
    await loaded(engine);
    const short = localJudge({ engine, config: { ...config, maxTokens: 16 } });
    expect(await short.judge(request)).toMatchObject(
      items.map(() => ({ status: "unknown", reason: expect.stringContaining("cut at 16") })),
    );
    const judge = localJudge({ engine, config });
    expect(await judge.judge({ ...request, response: "word ".repeat(5000) })).toMatchObject(
      items.map(() => ({ status: "unknown", reason: expect.stringContaining("does not fit the context") })),
    );
    expect(await judge.judge(request)).toMatchObject([{ status: "satisfied" }, { status: "unmet" }]);
  });

  test("a model that is not loaded is a judge that is down; once it is loaded the judge goes on", async () => {
    const { engine } = judging(says(false, false));
    const judge = localJudge({ engine, config });
    const down = { code: "JUDGE_DOWN", message: expect.stringContaining(model) };
    await expect(judge.judge(request)).rejects.toMatchObject(down);
    await engine.load("Tiny-Tuned-q4f32_1-MLC");
    await expect(judge.judge(request)).rejects.toMatchObject(down);
    await loaded(engine);
    expect(await judge.judge(request)).toMatchObject([{ status: "unmet" }, { status: "satisfied" }]);
  });

  test("can be given up, and many at once are asked one after the other", async () => {
    const { engine } = judging(says(true, false));
    const judge = localJudge({ engine: await loaded(engine), config: { ...config, timeout: 5 } });
    const controller = new AbortController();
    const given = judge.judge({ ...request, response: "Another." }, controller.signal);
    controller.abort();
    await expect(given).rejects.toThrow(/abort/i);
    const many = await Promise.all(
      Array.from({ length: 12 }, (_, i) => judge.judge({ ...request, response: `Fox ${i}.` })),
    );
    expect(many.flat().every(({ status }) => status === "satisfied")).toBe(true);
  });

  test("has an address that no server can have; others go to the network", async () => {
    expect(isLocalJudge(localJudgeConfig(config).url)).toBe(true);
    expect(isLocalJudge("http://localhost:11434/v1")).toBe(false);
    const asked: string[] = [];
    const other = async (input: unknown) => (asked.push(String(input)), new Response("{}"));
    const fetched = judgeFetch(fakeFrozenEngine(), other as typeof fetch);
    await fetched("http://localhost:11434/v1/chat/completions", { body: "{}" });
    await expect(fetched(`${localJudgeUrl}/chat/completions`, { body: "{}" })).rejects.toMatchObject({
      code: "JUDGE_DOWN",
    });
    expect(asked).toEqual(["http://localhost:11434/v1/chat/completions"]);
  });
});
