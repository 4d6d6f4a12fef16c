import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { faults, final, harmless, startJudgeServer, type JudgeServer } from "../../../test/judge_server";
import { httpJudge, type HttpJudgeOptions } from "./http_judge";
import { isJudgeError } from "./judge";
import { judgeConfig, type JudgeConfig } from "./judge_config";
import { memoryJudgements } from "./judgements";

let server: JudgeServer;
beforeEach(async () => {
  server = await startJudgeServer();
});
afterEach(() => server.close());

/** A clock that sleeps without waiting, and remembers for how long. */
function fakeClock() {
  let time = Date.now();
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    random: () => 0.5,
    sleep: async (milliseconds: number, signal: AbortSignal) => {
      slept.push(milliseconds);
      time += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    },
  };
}

const openJudge = (config: Partial<JudgeConfig> = {}, options: Partial<HttpJudgeOptions> = {}) =>
  httpJudge({
    config: judgeConfig({ url: server.url, model: "test", timeout: 5, ...config }),
    clock: fakeClock(),
    ...options,
  });

const want = (text: string) => ({ text, polarity: "want" as const });
const avoid = (text: string) => ({ text, polarity: "avoid" as const });
const request = {
  instruction: "Write about a fox at the lake.",
  response: "The red fox ran to the lake.",
  items: [want("Mentions fox."), want("Mentions owl."), avoid("Mentions lake."), avoid("Mentions wolf.")],
};
const statuses = ["satisfied", "unmet", "unmet", "satisfied"];
const statusesOf = (verdicts: readonly { status: string }[]) => verdicts.map(({ status }) => status);

describe("a question", () => {
  test("grades a response on all its items in one call; polarity is turned by code", async () => {
    const judge = openJudge();
    const verdicts = await judge.judge(request);
    expect(statusesOf(verdicts)).toEqual(statuses);
    expect(verdicts[0]).toEqual({
      ...{ status: "satisfied", by: "judge" },
      ...{ reason: "It is there.", evidence: "fox" },
    });
    expect(server.seen).toHaveLength(1);
    const [{ body, headers }] = server.seen;
    expect(body).toMatchObject({ model: "test", temperature: 0, max_tokens: 2048 });
    expect(body.response_format!.type).toBe("json_schema");
    expect(headers.authorization).toBeUndefined();
    expect(judge.counters).toMatchObject({ calls: 1, promptTokens: 100, completionTokens: 20, unknown: 0 });
  });

  test("asks one item a call, so set", async () => {
    expect(statusesOf(await openJudge({ itemsPerCall: "one" }).judge(request))).toEqual(statuses);
    expect(server.seen).toHaveLength(4);
  });

  test("asks nothing about no items", async () => {
    expect(await openJudge().judge({ ...request, items: [] })).toEqual([]);
    expect(server.seen).toHaveLength(0);
  });

  test("takes the majority of the votes", async () => {
    server.options = { mood: (n) => (n === 1 ? "contrary" : "honest") };
    expect(statusesOf(await openJudge({ votes: 3 }).judge(request))).toEqual(statuses);
    expect(server.seen).toHaveLength(3);
    server.options = { mood: (n) => (n === 4 ? "honest" : "contrary") };
    const turned = statuses.map((status) => (status === "unmet" ? "satisfied" : "unmet"));
    expect(statusesOf(await openJudge({ votes: 3 }).judge(request))).toEqual(turned);
  });

  test("leaves out votes that are undecided; a tie is unknown", async () => {
    server.options = {
      fault: (n) => (n === 2 ? "refusal" : null),
      mood: (n) => (n === 1 ? "contrary" : "honest"),
    };
    const verdicts = await openJudge({ votes: 3, concurrency: 1 }).judge(request);
    expect(verdicts[0]).toMatchObject({
      status: "unknown",
      reason: expect.stringContaining("tied") as string,
    });
  });

  test("falls back to the format that the server has, and stays with it", async () => {
    for (const formats of [["json_object", "text"], ["text"]]) {
      server.options = { formats };
      const judge = openJudge();
      const before = server.seen.length;
      expect(statusesOf(await judge.judge(request))).toEqual(statuses);
      expect(statusesOf(await judge.judge({ ...request, response: "A wolf." }))).toEqual([
        ...["unmet", "unmet", "satisfied", "unmet"],
      ]);
      expect(server.seen.length - before).toBe(formats.length === 2 ? 3 : 4);
    }
  });

  test("uses the newer name of the token limit where the server asks for it", async () => {
    server.options = { newLimit: true };
    expect(statusesOf(await openJudge().judge(request))).toEqual(statuses);
  });
});

describe("faults", () => {
  const fine = faults.filter((fault) => !final.includes(fault));

  test.each(fine)("%s once: the same verdicts as without", async (fault) => {
    server.options = { fault: (n) => (n === 0 ? fault : null) };
    const clock = fakeClock();
    const judge = openJudge({ timeout: 1 }, { clock });
    expect(statusesOf(await judge.judge(request))).toEqual(statuses);
    expect(server.seen).toHaveLength(harmless.includes(fault) ? 1 : 2);
    expect(judge.counters.unknown).toBe(0);
    if (fault === "429 retry-after") expect(clock.slept[0]).toBe(7000);
    if (fault === "503 retry-after date") expect(clock.slept[0]).toBeGreaterThan(7500);
    if (fault === "no usage") expect(judge.counters.promptTokens).toBeGreaterThan(300);
  });

  test.each(faults.filter((fault) => !harmless.includes(fault) && fault !== "slow"))(
    "%s always: unknown with a reason, or a pause, and nothing invented",
    async (fault) => {
      server.options = { fault: () => fault };
      const judge = openJudge({ retries: 2 });
      const verdicts = await judge.judge(request).catch((error: unknown) => {
        expect(isJudgeError(error)).toBe(true);
        return null;
      });
      // Two of the faults concern the first item alone: the others stay graded.
      const partial = fault === "missing ids" || fault === "contradictory";
      if (fault === "dropped" || fault === "dropped midway") expect(verdicts).toBeNull();
      else {
        verdicts!.slice(0, partial ? 1 : 4).forEach((verdict) => {
          expect(verdict.status).toBe("unknown");
          expect((verdict.reason ?? "").length).toBeGreaterThan(10);
        });
        if (partial) expect(statusesOf(verdicts!).slice(1)).toEqual(statuses.slice(1));
        expect(judge.counters.unknown).toBe(partial ? 1 : 4);
      }
      expect(Object.values(judge.counters.failures).some((count) => count > 0)).toBe(true);
    },
  );

  test("a storm: every response is graded as without faults, or unknown with a reason", async () => {
    let seed = 1;
    const chance = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 0x100000000;
    const bad = faults.filter(
      (fault) => !harmless.includes(fault) && fault !== "slow" && fault !== "huge body",
    );
    const plan = Array.from({ length: 20_000 }, () =>
      chance() < 0.3 ? bad[Math.floor(chance() * bad.length)] : null,
    );
    server.options = { fault: (n) => plan[n] };
    const judge = openJudge({ concurrency: 16 });
    const words = ["fox", "owl", "lake", "wolf", "tree"];
    const responses = Array.from(
      { length: 2000 },
      (_, i) => `${i}: ${words.filter((_, w) => (i >> w) & 1).join(" ")}`,
    );
    const graded = await Promise.all(responses.map((response) => judge.judge({ ...request, response })));
    let unknown = 0;
    graded.forEach((verdicts, i) => {
      const has = [(i >> 0) & 1, (i >> 1) & 1, 1 - ((i >> 2) & 1), 1 - ((i >> 3) & 1)];
      verdicts.forEach((verdict, j) => {
        if (verdict.status !== "unknown") expect(verdict.status).toBe(has[j] ? "satisfied" : "unmet");
        else {
          unknown++;
          expect(verdict.reason.length).toBeGreaterThan(10);
        }
      });
    });
    expect(judge.counters.unknown).toBe(unknown);
    // Of 25 faults three are final; the others are mended unless they meet again and again.
    expect(unknown / 8000).toBeLessThan(0.08);
    expect(judge.counters.calls).toBe(server.seen.length);
  }, 60_000);
});

describe("a judge that does not answer", () => {
  test("is down when nothing listens", async () => {
    await server.close();
    await expect(openJudge().judge(request)).rejects.toMatchObject({
      code: "JUDGE_DOWN",
      message: expect.stringContaining("ECONNREFUSED") as string,
    });
  });

  test("is down after several calls in a row have failed; asked later it goes on", async () => {
    server.options = { fault: () => "500" };
    const judge = openJudge({ retries: 1, concurrency: 4 });
    const ask = (i: number) => judge.judge({ ...request, response: `${i}: a fox` });
    const first = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => ask(i)));
    const errors = first.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    expect(errors.length).toBeGreaterThan(90);
    expect(errors.every((error) => isJudgeError(error) && error.code === "JUDGE_DOWN")).toBe(true);
    // Those that waited were not sent any more.
    expect(server.seen.length).toBeLessThan(20);
    server.options = {};
    const second = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(i)));
    expect(second.every(([fox]) => fox.status === "satisfied")).toBe(true);
  });

  test("gives up a slow answer, and does not count the time in the queue", async () => {
    server.options = { fault: () => "slow" };
    const judge = openJudge({ timeout: 1, retries: 0 });
    const [verdict] = await judge.judge(request);
    expect(verdict).toMatchObject({ status: "unknown", reason: expect.stringContaining("1 s") as string });
    server.options = { delay: 300 };
    const patient = openJudge({ timeout: 1, retries: 0, concurrency: 1 });
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, i) => patient.judge({ ...request, response: `${i} fox` })),
    );
    expect(all.every(([fox]) => fox.status === "satisfied")).toBe(true);
  });

  test("refuses a wrong key, a wrong model, a redirect; never sends the key elsewhere", async () => {
    server.options = { key: "sk-right-key-1" };
    await expect(openJudge({}, { key: () => "sk-wrong-key-1" }).judge(request)).rejects.toMatchObject({
      code: "JUDGE_REFUSED",
    });
    server.options = { model: "other" };
    await expect(openJudge().judge(request)).rejects.toMatchObject({
      code: "JUDGE_REFUSED",
      message: expect.stringContaining("no model test") as string,
    });
    const elsewhere = await startJudgeServer();
    server.options = { redirect: `${elsewhere.url}/v1/chat/completions` };
    await expect(openJudge({}, { key: () => "sk-secret-key" }).judge(request)).rejects.toMatchObject({
      code: "JUDGE_REFUSED",
    });
    expect(elsewhere.seen).toEqual([]);
    await elsewhere.close();
  });

  test("refuses when every request is malformed to it", async () => {
    server.options = { formats: [] };
    const judge = openJudge({ concurrency: 1 });
    const all = await Promise.allSettled([1, 2, 3].map((i) => judge.judge({ ...request, response: `${i}` })));
    expect(all.at(-1)).toMatchObject({ status: "rejected", reason: { code: "JUDGE_REFUSED" } });
  });
});

describe("what is spent", () => {
  test("a budget is checked before each call, and can be raised", async () => {
    const judge = openJudge({ budgetCalls: 3, concurrency: 2 });
    const ask = (i: number) => judge.judge({ ...request, response: `${i} fox` });
    const all = await Promise.allSettled([0, 1, 2, 3, 4].map(ask));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(all.at(-1)).toMatchObject({ reason: { code: "JUDGE_BUDGET" } });
    expect(server.seen).toHaveLength(3);
    judge.setBudget({ budgetCalls: 5 });
    await Promise.all([0, 1, 2, 3, 4].map(ask));
    expect(server.seen).toHaveLength(5);
  });

  test("tokens and money count, with what was spent before", async () => {
    const prices = { pricePromptMillion: 10, priceCompletionMillion: 100 };
    const tokens = openJudge({ budgetTokens: 121, ...prices });
    await tokens.judge(request);
    await tokens.judge({ ...request, response: "Two." });
    await expect(tokens.judge({ ...request, response: "Three." })).rejects.toMatchObject({
      code: "JUDGE_BUDGET",
    });
    expect(tokens.counters.money).toBeCloseTo(2 * (100 * 10e-6 + 20 * 100e-6), 12);
    const money = openJudge({ budgetMoney: 0.006, ...prices });
    money.startFrom(tokens.counters);
    await expect(money.judge(request)).rejects.toMatchObject({ code: "JUDGE_BUDGET" });
  });

  test("a question is asked once, at one time and for good", async () => {
    server.options = { delay: 20 };
    const judgements = memoryJudgements();
    const judge = openJudge({}, { judgements });
    const [first, second] = await Promise.all([judge.judge(request), judge.judge(request)]);
    expect(server.seen).toHaveLength(1);
    expect(first[0]).not.toHaveProperty("cached");
    expect(second[0]).toMatchObject({ status: "satisfied", cached: true });
    const later = openJudge({}, { judgements });
    expect(statusesOf(await later.judge(request))).toEqual(statuses);
    expect(server.seen).toHaveLength(1);
    expect(later.counters).toMatchObject({ calls: 0, cached: 1 });
    await openJudge({ model: "test2" }, { judgements }).judge(request);
    await openJudge({ evidence: "required" }, { judgements }).judge(request);
    await later.judge({ ...request, response: `${request.response} ` });
    expect(server.seen).toHaveLength(4);
  });

  test("what could not be judged is asked anew; a store that fails costs nothing but calls", async () => {
    server.options = { fault: (n) => (n === 0 ? "refusal" : null) };
    const judge = openJudge();
    expect((await judge.judge(request))[0].status).toBe("unknown");
    expect((await judge.judge(request))[0].status).toBe("satisfied");
    const broken = { get: () => Promise.reject(new Error("no")), put: () => Promise.reject(new Error("no")) };
    expect(statusesOf(await openJudge({}, { judgements: broken }).judge(request))).toEqual(statuses);
  });

  test("no more calls at one time than allowed", async () => {
    server.options = { delay: 5 };
    const judge = openJudge({ concurrency: 3 });
    await Promise.all(Array.from({ length: 30 }, (_, i) => judge.judge({ ...request, response: `${i}` })));
    expect(server.busiest).toBe(3);
  });
});

describe("aborting", () => {
  test("ends at once, in flight, in the queue and between retries", async () => {
    server.options = { fault: () => "slow" };
    const controller = new AbortController();
    const judge = openJudge({ timeout: 60, concurrency: 1 });
    const asked = [1, 2].map((i) => judge.judge({ ...request, response: `${i}` }, controller.signal));
    setTimeout(() => controller.abort(), 50);
    const started = performance.now();
    const ended = await Promise.allSettled(asked);
    expect(ended.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test("of one who asks leaves the other's answer alone", async () => {
    server.options = { delay: 100 };
    const controller = new AbortController();
    const judge = openJudge();
    const [gone, stays] = [judge.judge(request, controller.signal), judge.judge(request)];
    setTimeout(() => controller.abort(), 20);
    await expect(gone).rejects.toThrow();
    expect(statusesOf(await stays)).toEqual(statuses);
    expect(server.seen).toHaveLength(1);
  });
});
