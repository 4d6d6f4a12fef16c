import { describe, expect, test } from "vitest";
import type { Attempt } from "./attempt";
import { summarizeSearches } from "./summary";

const attempt = (reward: number | null, newTokens: number, promptTokens = 10): Attempt => ({
  rollout: {
    ids: [],
    logprobs: new Float32Array(),
    entropies: new Float32Array(),
    finish: "stop",
  },
  ...{ text: "", verdicts: [], reward, parent: null, fork: null, promptTokens, newTokens },
});

describe("what a strategy found, by budget", () => {
  const searches = [
    [attempt(0.5, 4), attempt(1, 6), attempt(0, 8)],
    // Guided: ended with its pass.
    [attempt(0, 3), attempt(0.25, 2, 20)],
    [attempt(null, 5), attempt(0.75, 5), attempt(1 - 1e-9, 5)],
  ];
  const [one, two, three] = summarizeSearches(searches, 3);

  test("the share with any pass, among instructions that have a grade", () => {
    expect([one, two, three].map(({ passRate: { count, of } }) => [count, of])).toEqual([
      [0, 2],
      [1, 3],
      [2, 3],
    ]);
    expect(three.passRate.share).toBeCloseTo(2 / 3);
    expect(three.passRate.low).toBeGreaterThan(0.2);
    expect(three.passRate.high).toBeLessThan(0.95);
  });

  test("the best reward so far, never less with more", () => {
    expect([one, two, three].map(({ bestReward }) => bestReward)).toEqual([
      0.25,
      2 / 3,
      (1 + 0.25 + 1 - 1e-9) / 3,
    ]);
  });

  test("what was generated, and what it took up to the first pass", () => {
    expect(one.generated).toEqual({ responses: 3, newTokens: 12, promptTokens: 30 });
    expect(one.untilPass).toEqual(one.generated);
    expect(three.generated).toEqual({ responses: 8, newTokens: 38, promptTokens: 90 });
    expect(three.untilPass).toEqual({ responses: 7, newTokens: 30, promptTokens: 80 });
  });

  test("nothing graded: no rate", () => {
    const [row] = summarizeSearches([[attempt(null, 1)]], 1);
    expect(row).toMatchObject({ bestReward: null, passRate: { of: 0, share: null } });
  });
});
