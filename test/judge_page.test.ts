/** What the page asks of judges outside a run: the models of a server, a tiny question, and whose key goes where. */
import { expose } from "comlink";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ChatOptions } from "../src/policy/frozen/frozen_engine";
import { fakeFrozenEngine } from "../src/policy/frozen/testing/fake_engine";
import { serveFrozen } from "../src/policy/frozen/thread";
import { judgeConfig } from "../src/rubric/judge/judge_config";
import { localJudgeUrl } from "../src/rubric/judge/local_judge";
import { PageJudge } from "../src/runs/page_judge";
import { judgeModels, testJudge, type JudgeTrial } from "../src/runs/try_judge";
import { startJudgeServer, type JudgeServer } from "./judge_server";

interface Schema {
  readonly properties: {
    readonly items: { readonly items: { readonly properties: { readonly id: { readonly enum: string[] } } } };
  };
}

const key = "sk-page-0123456789";
let server: JudgeServer;
let judge: PageJudge;
beforeEach(async () => {
  server = await startJudgeServer();
  judge = new PageJudge();
});
afterEach(() => server.close());

const tried = (settings: object = {}) => testJudge(judgeConfig({ url: server.url, ...settings }), judge);

describe("the models of a server", () => {
  test("are listed by name, with the key", async () => {
    server.options = { key, model: "tiny" };
    judge.setKey(`${server.url}/v1`, key);
    expect(await judgeModels(server.url, judge)).toEqual({ models: ["another", "tiny"] });
    expect(await judgeModels(`${server.url}/v1/chat/completions`, judge)).toEqual({
      models: ["another", "tiny"],
    });
  });

  test("a wrong key, a wrong path and no server are said, without the key", async () => {
    server.options = { key: "sk-another-01234", indiscreet: true };
    judge.setKey(server.url, key);
    const refused = await judgeModels(server.url, judge);
    expect(refused).toMatchObject({ problem: { code: "JUDGE_REFUSED" } });
    expect(refused).toMatchObject({ problem: { message: expect.stringContaining("401") as string } });
    expect(JSON.stringify(refused)).not.toContain(key);
    expect(await judgeModels(`${server.url}/v2`, judge)).toMatchObject({
      problem: { code: "JUDGE_REFUSED" },
    });
    expect(await judgeModels("http://127.0.0.1:9", judge)).toMatchObject({ problem: { code: "JUDGE_DOWN" } });
    expect(await judgeModels("nonsense", judge)).toMatchObject({ problem: { code: "CONFIG_INVALID" } });
  });
});

describe("a tiny question", () => {
  test("comes back with both answers, its time and the format that the server has", async () => {
    server.options = { formats: ["json_object", "text"] };
    const trial = (await tried()) as JudgeTrial;
    expect(trial.items.map(({ expected, verdict }) => [expected, verdict.status])).toEqual([
      ["satisfied", "satisfied"],
      ["unmet", "unmet"],
    ]);
    expect(trial.structured).toBe("object");
    expect(trial.milliseconds).toBeGreaterThan(0);
    expect([trial.promptTokens, trial.completionTokens]).toEqual([100, 20]);
  });

  test("is asked outside the budget, once", async () => {
    await tried({ budgetCalls: 1, votes: 3 });
    expect(await tried({ budgetCalls: 1, votes: 3 })).toHaveProperty("items");
    expect(server.seen).toHaveLength(2);
  });

  test("an answer that cannot be used is an item that stays unknown, with the reason", async () => {
    server.options = { fault: () => "no json" };
    const { items } = (await tried()) as JudgeTrial;
    expect(items.map(({ verdict }) => verdict)).toMatchObject([
      { status: "unknown", reason: expect.stringContaining("JSON") as string },
      { status: "unknown" },
    ]);
  });

  test("a refused key is said", async () => {
    server.options = { key: "sk-another-01234" };
    expect(await tried()).toMatchObject({ problem: { code: "JUDGE_REFUSED" } });
  });

  test("reaches the model in the page through its port", async () => {
    const answer = (_: unknown, { responseSchema }: ChatOptions) => {
      const { properties } = responseSchema as unknown as Schema;
      const ids = properties.items.items.properties.id.enum;
      return JSON.stringify({ items: ids.map((id, i) => ({ id, reason: "so", present: i === 0 })) });
    };
    const engine = fakeFrozenEngine({ answer });
    const model = "Tiny-q4f32_1-MLC";
    await engine.load(model, { contextLength: 4096 });
    const { port1, port2 } = new MessageChannel();
    expose(serveFrozen(engine), port1);
    judge.setLocal(port2);
    const config = judgeConfig({ url: localJudgeUrl, model, structured: "schema", concurrency: 1 });
    const trial = (await testJudge(config, judge)) as JudgeTrial;
    expect(trial.items.map(({ verdict }) => verdict.status)).toEqual(["satisfied", "unmet"]);
    expect(server.seen).toEqual([]);
    port1.close();
    port2.close();
  });

  test("to the model in the page, where none is loaded", async () => {
    expect(await testJudge(judgeConfig({ url: localJudgeUrl, model: "m" }), judge)).toMatchObject({
      problem: { code: "JUDGE_DOWN", cure: expect.stringContaining("Local models") as string },
    });
  });
});

describe("a key", () => {
  test("is for one origin", () => {
    judge.setKey(`${server.url}/v1`, key);
    expect(judge.key(`${server.url}/v1/chat/completions`)).toBe(key);
    expect(judge.key("http://elsewhere.example/v1")).toBeNull();
    expect(judge.key("nonsense")).toBeNull();
    judge.setKey(server.url, " ");
    expect(judge.key(server.url)).toBeNull();
  });

  test("is in no address", () => {
    for (const url of ["http://u:hunter2@x", "http://x?api_key=hunter2"])
      expect(() => judgeConfig({ url })).toThrow(/give the key apart/);
  });
});
