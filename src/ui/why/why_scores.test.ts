import { expect, test } from "vitest";
import type { ResponseView } from "../../runs/protocol";
import { tokenAdvantage } from "../text/token_advantage";
import { sides } from "./testing/sides";
import { scoreReward, segmentAdvantage } from "./why_scores";

const segments = [
  { text: "7+8=15", tokens: 7, score: 1, advantage: 0.75 },
  { text: "9-4=6", tokens: 6, score: 0, advantage: -1 },
  { text: "Answer: 15", tokens: 5, score: 0.25, advantage: 0.25 },
];
const response: ResponseView = {
  ...{ source: "rollout", index: 2, draft: null, chosen: false, text: "", finish: "stop" },
  ...{ ids: [], logprobs: [], entropies: [], verdicts: [], bonus: 0, gradient: null },
  reward: 1.25 / 3,
  advantage: (7 * 0.75 - 6 + 5 * 0.25) / 18,
  segments,
};

test("formulas with their values come to what is shown", () => {
  const answers = [scoreReward(response, segments), segmentAdvantage(response, segments, { norm: "delta" })];
  for (const { filled } of answers) {
    const [left, right] = sides(filled[0]);
    expect(left).toBeCloseTo(right, 5);
  }
});

test("a token has its segment's advantage", () => {
  expect([0, 6, 7, 12, 13, 17].map((token) => tokenAdvantage(response, token))).toEqual([
    0.75, 0.75, -1, -1, 0.25, 0.25,
  ]);
  expect(tokenAdvantage({ advantage: 0.5 }, 3)).toBe(0.5);
  expect(tokenAdvantage({ segments, advantage: null }, 3)).toBeNull();
});
