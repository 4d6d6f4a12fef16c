import { expect, test } from "vitest";
import type { AttemptView, SearchView, StrategyRates } from "../../runs/explore_commands";
import { passRateText, ratesTable, tokensText } from "./rate_figures";
import { perInstruction, tellAttempt, tellSearch, treeOf } from "./words";

const vocabulary = [".", "␣fox", "␣", "\\n"];

const made = (reward: number | null, items: string, other: Partial<AttemptView> = {}): AttemptView => ({
  ...{ ids: [1, 2, 1, 0], logprobs: [], entropies: [], finish: "stop", text: "", reward },
  verdicts: [...items].map((sign) => ({ status: sign === "+" ? "satisfied" : "unmet" })),
  ...{ parent: null, fork: null, promptTokens: 30, newTokens: 4 },
  ...other,
});
const search = (strategy: SearchView["strategy"], attempts: AttemptView[]): SearchView => ({
  ...{ strategy, attempts, task: { id: "", prompt: "" }, items: [] },
});

test("what an attempt is", () => {
  const entropy = search("entropy", [
    made(0, "--"),
    made(0.5, "+-", { parent: 0, fork: 2, newTokens: 1200 }),
    made(0.5, "+-", { parent: 1, fork: 1, newTokens: 1 }),
  ]);
  const told = entropy.attempts.map((_, i) => tellAttempt(entropy, i, vocabulary));
  expect(told).toEqual([
    "Sampled from the instruction alone: 4 new tokens after 30 that were read.",
    "Forks attempt 1 at its token 3, where “fox” was forced: 1,200 new tokens after 30 that were read.",
    "Forks attempt 2 at its token 2, where “space” was forced: 1 new token after 30 that were read.",
  ]);
  expect(treeOf(entropy, vocabulary).attempts[1]).toMatchObject({ forced: "fox", tokens: 4 });
  const guided = search("guided", [made(0.5, "+-"), made(0.5, "-+", { parent: 0 })]);
  expect(tellAttempt(guided, 1, vocabulary)).toBe(
    "Revises attempt 1 with what it missed, gains 1 and loses 1 items: 4 new tokens after 30 that were read.",
  );
});

test("what a search found", () => {
  expect(tellSearch(search("guided", [made(0, "--"), made(1, "++")]))).toBe(
    "Attempt 2 satisfies every item. 2 responses, 8 new tokens.",
  );
  expect(tellSearch(search("stochastic", [made(0.25, "-")]))).toBe(
    "None satisfies every item; best reward 0.25. 1 response, 4 new tokens.",
  );
  expect(tellSearch(search("stochastic", [made(null, "-")]))).toContain("best reward unknown");
});

test("rates in words and numbers", () => {
  const cost = { responses: 6, newTokens: 90, promptTokens: 200 };
  const row = (k: number, share: number) => ({
    ...{ k, bestReward: 0.5, generated: cost, untilPass: { ...cost, newTokens: 60 } },
    passRate: { count: 1, of: 3, share, low: 0.1, high: 0.7 },
  });
  const rates: StrategyRates = { strategy: "guided", tasks: 3, rows: [row(1, 0), row(2, 1 / 3)] };
  expect(perInstruction(rates)).toMatchObject({
    k: 2,
    tokens: 30,
    tokensUntilPass: 20,
    responsesUntilPass: 2,
  });
  expect(passRateText([rates]).summary).toBe("Guided 33\u202f% at k = 2; 3 instructions.");
  expect(tokensText([rates]).summary).toBe("New tokens per instruction until one passes: Guided 20.");
  const { columns, rows } = ratesTable([rates]);
  expect(rows).toHaveLength(2);
  expect(rows[1]).toHaveLength(columns.length);
});
