/** A judge that errs in a known way, measured: the numbers are those of its errors. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { gradeByCode } from "../src/rubric/code_grader";
import { judgeConfig } from "../src/rubric/judge/judge_config";
import { judgeId } from "../src/rubric/judge/judge_id";
import { memoryJudgements } from "../src/rubric/judge/judgements";
import type { RubricItem, Task } from "../src/rubric/schema";
import { englishRegistry } from "../src/rubric/verifiers/registry";
import { calibrate, type CalibrateOptions, type KnownResponse } from "../src/runs/calibrate";
import { doubtsAbout } from "../src/runs/calibration_record";
import { calibrationTable } from "../src/runs/calibration_table";
import { startJudgeServer, type JudgeServer } from "./judge_server";

const code = (text: string, verifier: string, kwargs = {}): RubricItem => ({
  ...{ text, weight: 1, polarity: "want" },
  check: { by: "code", verifier, kwargs },
});
const items = [
  code("Has no comma.", "punctuation:no_comma"),
  code("Mentions fox.", "keywords:existence", { keywords: ["fox"] }),
  { ...code("Mentions owl.", "keywords:existence", { keywords: ["owl"] }), polarity: "avoid" as const },
];
const task: Task = {
  id: "1",
  prompt: "Write about a fox.",
  rubric: [...items, { text: "It is moving.", weight: 1, polarity: "want", check: { by: "judge" } }],
};
/** Half of them without a comma, a quarter without a fox, a fifth with an owl. */
const responses: KnownResponse[] = Array.from({ length: 200 }, (_, i) => ({
  task,
  text: `${i % 4 === 0 ? "A lake" : "A fox"}${i % 2 === 0 ? "," : ""} ${i % 5 === 0 ? "an owl" : "a tree"} and ${i}.`,
}));
const numberIn = (response: string) => Number(/(\d+)\.$/.exec(response)![1]);

/** Whether an item's text is true of a response. */
const present = (text: string, response: string): boolean => {
  const item = { ...items.find((one) => one.text === text)!, polarity: "want" as const };
  return gradeByCode(englishRegistry, item, response).status === "satisfied";
};
const honest = (text: string, response: string) => (present(text, response) ? response : null);
/** Says the opposite of one response in five. */
const flipping = (text: string, response: string) =>
  present(text, response) !== (Math.floor(numberIn(response) / 4) % 5 === 0) ? response : null;

let server: JudgeServer;
beforeEach(async () => (server = await startJudgeServer({ rule: honest })));
afterEach(() => server.close());

const run = (options: Partial<CalibrateOptions> = {}, some = responses) =>
  calibrate(some, englishRegistry, {
    config: judgeConfig({ url: server.url, model: "test" }),
    ...{ key: () => null, fetch, judgements: memoryJudgements() },
    ...options,
  });

test("an honest judge agrees with code in everything, pitfalls too, and is asked of code items alone", async () => {
  const { calibration, cases } = await run({ limit: 60 });
  const { overall } = calibration;
  expect(overall).toMatchObject({ cases: 180, accuracy: { count: 180, of: 180 }, unknown: { count: 0 } });
  expect(overall.kappa.value).toBe(1);
  expect(calibration).toMatchObject({ responses: 60, of: 60, repeats: 1, ended: "complete" });
  expect(calibration.cost).toMatchObject({ calls: 60, promptTokens: 6000, completionTokens: 1200 });
  expect(calibration.latency.median).toBeGreaterThan(0);
  expect(calibration.latency.p95).toBeGreaterThanOrEqual(calibration.latency.median!);
  expect(doubtsAbout(overall)).toEqual([]);
  expect(cases).toHaveLength(180);
  expect(cases[0].reason).toMatch(/^It is (not )?there\.$/);
  const asked = server.seen.map(({ body }) => body.messages.at(-1)!.content).join();
  expect(asked).not.toContain("It is moving");
  expect(asked).toContain("Mentions owl");
});

test("a judge that flips one answer in five: exactly its errors, by item", async () => {
  server.options = { rule: flipping };
  const { calibration, cases } = await run();
  const { overall, items: byItem } = calibration;
  expect(overall.accuracy).toMatchObject({ count: 480, of: 600, share: 0.8 });
  for (const { truth, verdicts, key } of cases)
    expect([key, typeof truth, verdicts.length]).toEqual(["1", "boolean", 1]);
  // Of 200 responses 100 have no comma; a fifth of either kind is flipped.
  expect(byItem["punctuation:no_comma"]).toMatchObject({
    falsePasses: { count: 20, of: 100 },
    falseFails: { count: 20, of: 100 },
  });
  // Of 400 items about words 150 + 160 are satisfied: a fox in three quarters, no owl in four fifths.
  const words = byItem["keywords:existence"];
  expect([words.falsePasses.of, words.falseFails.of]).toEqual([90, 310]);
  expect(words.falsePasses.count + words.falseFails.count).toBe(80);
  const [chance] = [0.5 * 0.5 + 0.5 * 0.5];
  expect(byItem["punctuation:no_comma"].kappa.value).toBeCloseTo((0.8 - chance) / (1 - chance), 12);
  expect(doubtsAbout(overall)).toHaveLength(2);
});

test("a judge that says yes to everything: every unmet item is a false pass, and κ is no better than chance", async () => {
  server.options = { rule: (_, response) => response };
  const wanted = responses.map(({ text }) => ({ task: { ...task, rubric: items.slice(0, 2) }, text }));
  const { calibration } = await run({}, wanted);
  const { overall } = calibration;
  expect(overall.accuracy).toMatchObject({ count: 250, of: 400 });
  expect(overall.falsePasses).toMatchObject({ count: 150, of: 150, share: 1 });
  expect(overall.falseFails).toMatchObject({ count: 0, of: 250, share: 0 });
  expect(overall.kappa.value).toBe(0);
});

test("repeats are asked anew, and show a judge that contradicts itself", async () => {
  const asked = new Map<string, number>();
  // Changes its mind about responses with an even number, the second time.
  server.options = {
    rule(text, response) {
      const id = text + response;
      asked.set(id, (asked.get(id) ?? 0) + 1);
      const flips = asked.get(id) === 2 && numberIn(response) % 2 === 0;
      return present(text, response) !== flips ? response : null;
    },
  };
  const kept = memoryJudgements();
  const some = responses.slice(0, 40);
  const { calibration } = await run({ repeats: 3, judgements: kept }, some);
  expect(calibration.overall.agreement).toMatchObject({ count: 60, of: 120, share: 0.5 });
  expect(calibration.overall.accuracy).toMatchObject({ count: 120, of: 120 });
  expect(calibration.cost.calls).toBe(120);
  // Again: every answer of every repeat was kept, and nothing is asked.
  const again = await run({ repeats: 3, judgements: kept }, some);
  expect(again.calibration.cost).toMatchObject({ calls: 0, cached: 120 });
  expect(again.calibration.latency).toEqual({ median: null, p95: null });
  expect(again.calibration.overall).toEqual(calibration.overall);
});

test("what the judge cannot answer is unknown, and in no other number", async () => {
  server.options = { rule: honest, fault: (n) => (n < 10 ? "refusal" : null) };
  const config = judgeConfig({ url: server.url, model: "test", concurrency: 1 });
  const { calibration } = await run({ config, limit: 40 });
  expect(calibration.overall.unknown).toMatchObject({ count: 30, of: 120 });
  expect(calibration.overall.accuracy).toMatchObject({ count: 90, of: 90 });
});

test("a spent budget or a cancelled measurement has the numbers until then; going on asks the rest", async () => {
  const judgements = memoryJudgements();
  const config = judgeConfig({ url: server.url, model: "test", budgetCalls: 25, concurrency: 4 });
  const first = await run({ config, judgements });
  expect(first.calibration).toMatchObject({ responses: 25, of: 200, ended: "budget" });
  expect(first.calibration.overall.cases).toBe(75);
  expect(first.ending!.code).toBe("JUDGE_BUDGET");
  const controller = new AbortController();
  const second = await run({
    ...{ judgements, signal: controller.signal },
    onProgress: ({ done }) => done === 60 && controller.abort(),
  });
  expect(second.calibration.ended).toBe("cancelled");
  expect(second.calibration.responses).toBeGreaterThanOrEqual(60);
  expect(second.calibration.responses).toBeLessThan(200);
  expect(second.ending).toBeNull();
  const last = await run({ judgements });
  expect(last.calibration).toMatchObject({ responses: 200, ended: "complete" });
  expect(server.seen.length).toBeLessThanOrEqual(200 + 8);
});

test("a judge that is down is an error, and responses without items for code are one", async () => {
  server.options = { key: "another" };
  await expect(run()).rejects.toMatchObject({ code: "JUDGE_REFUSED" });
  const judged = { ...task, rubric: task.rubric.slice(3) };
  await expect(run({}, [{ task: judged, text: "A fox." }])).rejects.toMatchObject({ code: "TASK_INVALID" });
  const aborted = AbortSignal.abort(new Error("not now"));
  await expect(run({ signal: aborted })).rejects.toThrow("not now");
});

test("a limit takes the same fair choice whatever order the file has, and no response twice", async () => {
  const one = await run({ limit: 30 });
  const other = await run({ limit: 30 }, [...responses, ...responses].reverse());
  expect(other.cases).toEqual(one.cases);
  const numbers = new Set(
    server.seen.map(({ body }) => /(\d+)\.\n/.exec(body.messages.at(-1)!.content)?.[1]),
  );
  expect([...numbers].filter((n) => Number(n) >= 100).length).toBeGreaterThan(5);
});

test("a judge is known by what could change a verdict", () => {
  const config = judgeConfig({ url: "http://localhost:1", model: "a" });
  const same = { ...config, concurrency: 1, retries: 0, timeout: 5, budgetCalls: 7, pricePromptMillion: 2 };
  expect(judgeId(same)).toBe(judgeId(config));
  expect(judgeId({ ...config, url: "http://localhost:1/v1/" })).toBe(judgeId(config));
  const others = [
    { model: "b" },
    { votes: 3 },
    { evidence: "required" as const },
    { itemsPerCall: "one" as const },
  ];
  const ids = others.map((change) => judgeId({ ...config, ...change }));
  expect(new Set([...ids, judgeId(config)]).size).toBe(5);
});

test("the table has a row for everything and for each item", async () => {
  server.options = { rule: flipping };
  const lines = calibrationTable((await run({ repeats: 2 })).calibration).split("\n");
  expect(lines[0]).toMatch(/cases +accuracy +false passes +false fails +unknown +kappa$/);
  expect(lines[1]).toMatch(/^all items +600 +0\.80 \[0\.77, 0\.83\]/);
  expect(lines[3]).toMatch(/^punctuation:no_comma +200 +0\.80 \[0\.74, 0\.85\] +0\.20 .* 0\.60 \[/);
  expect(lines[4]).toBe("agreement with itself: 1.00 [0.99, 1.00] of 600 items");
  expect(lines[5]).toMatch(/^an answer takes \d+\.\d\d s/);
});
