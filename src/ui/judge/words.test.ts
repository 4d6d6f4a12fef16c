import { expect, test } from "vitest";
import { noCounters } from "../../rubric/judge/judge_counters";
import { localJudgeUrl } from "../../rubric/judge/local_judge";
import { keyHeldFor, noteKey } from "./held_keys";
import { counterWords, isMixedContent, judgeName, trialWords } from "./words";

const unlimited = { budgetCalls: 0, budgetTokens: 0, budgetMoney: 0 };

test("a judge is named by its model and its host", () => {
  expect(judgeName({ url: "http://localhost:11434/v1", model: "qwen" })).toBe("qwen at localhost:11434");
  expect(judgeName({ url: "https://api.openai.com/v1", model: "" })).toBe("api.openai.com");
  expect(judgeName({ url: localJudgeUrl, model: "Qwen-MLC" })).toBe("Qwen-MLC in this page");
});

test("counters are told with their limits, money only where there is some", () => {
  const counters = { ...noCounters, calls: 1234, cached: 5, retries: 6, unknown: 1, promptTokens: 9000 };
  expect(counterWords(counters, unlimited)).toEqual([
    "1,234 calls",
    "5 kept from before",
    "6 sent again",
    "1 item unknown",
    "9,000 tokens",
  ]);
  const limits = { budgetCalls: 2000, budgetTokens: 10_000, budgetMoney: 0.5 };
  expect(counterWords({ ...counters, money: 0.0123 }, limits)).toEqual([
    "1,234 of 2,000 calls",
    "5 kept from before",
    "6 sent again",
    "1 item unknown",
    "9,000 of 10,000 tokens",
    "0.0123 of 0.5 in money",
  ]);
});

test("a page from https may call http on this machine only", () => {
  const blocked = (url: string, origin = "https://page.example") => isMixedContent(url, origin);
  expect(["http://10.0.0.2/v1", "http://judge.example"].map((url) => blocked(url))).toEqual([true, true]);
  const allowed = ["http://localhost:1234/v1", "http://127.0.0.1:8080", "https://judge.example", "nonsense"];
  expect(allowed.filter((url) => blocked(url))).toEqual([]);
  expect(blocked("http://10.0.0.2", "http://localhost:5173")).toBe(false);
});

test("a trial says whether the judge can tell yes from no", () => {
  const item = (expected: "satisfied" | "unmet", status: "satisfied" | "unmet") => ({
    ...{ text: "Mentions fox.", expected, verdict: { status, reason: "It is." } },
  });
  const trial = { milliseconds: 1234, structured: "text", promptTokens: 100, completionTokens: 20 } as const;
  const right = trialWords({ ...trial, items: [item("satisfied", "satisfied"), item("unmet", "unmet")] });
  expect(right.lead).toBe("It works: 1.2 s, asked in words, 100 tokens read and 20 written.");
  expect(right.items[1]).toBe("“Mentions fox.”: no, which is right. It is.");
  expect(trialWords({ ...trial, items: [item("unmet", "satisfied")] }).lead).toContain("not rightly");
  const unknown = { ...item("unmet", "unmet"), verdict: { status: "unknown", reason: "Cut." } as const };
  const open = trialWords({ ...trial, items: [unknown] });
  expect(open.lead).toContain("not so that it counts");
  expect(open.items[0]).toContain("no verdict, which is unknown. Cut.");
});

test("of a key the page keeps its origin, and nothing else", () => {
  noteKey("https://judge.example/v1", true);
  expect(keyHeldFor("https://judge.example/other")).toBe("https://judge.example");
  expect(keyHeldFor("https://another.example/v1")).toBeNull();
  noteKey("https://judge.example", false);
  expect(keyHeldFor("https://judge.example/v1")).toBeNull();
});
