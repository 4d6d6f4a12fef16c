import { describe, expect, test } from "vitest";
import { groupRows } from "./advantage";
import { overlongPenalty } from "./overlong";
import { revision, sample } from "./testing/samples";
import { methodConfig } from "./testing/tiny_world";

describe("the soft overlong penalty, of at most 20 tokens and growing over the last 8", () => {
  test.each([
    [1, 0],
    [12, 0],
    [13, -0.125], // (20 − 8 − 13) / 8
    [16, -0.5],
    [20, -1],
    [24, -1],
  ])("%d tokens: %d", (tokens, penalty) => expect(overlongPenalty(tokens, 20, 8)).toBe(penalty));

  test("is none over 0 tokens", () => expect(overlongPenalty(20, 20, 0)).toBe(0));
});

describe("in a group's rows", () => {
  const ofLength = (reward: number, tokens: number) => {
    const { rollout, ...rest } = sample(reward);
    return { ...rest, rollout: { ...rollout, ids: new Array<number>(tokens).fill(0) } };
  };
  const config = methodConfig({ maxNewTokens: 20, sampling: { overlongTokens: 8 } });

  test("it is in what advantages are taken over, not in what was graded", () => {
    const rows = groupRows([ofLength(0.5, 10), ofLength(0.5, 16)], [0, 1], [], null, config);
    expect(rows.map(({ graded }) => graded)).toEqual([0.5, 0.5]);
    expect(rows.map(({ overlong }) => overlong)).toEqual([0, -0.5]);
    expect(rows.map(({ reward }) => reward)).toEqual([0.5, 0]);
    // Rewards 0.5 and 0: mean 0.25, sample deviation √0.125.
    expect(rows[1].advantage).toBeCloseTo(-0.25 / Math.sqrt(0.125), 5);
  });

  test("the bonus compares grades: neither the draft's length nor the revision's is in it", () => {
    const revised = { ...revision(0, 1), rollout: ofLength(1, 20).rollout };
    const rows = groupRows([ofLength(0.5, 20)], [0], [revised], 0, config);
    expect(rows[0].bonus).toBeCloseTo(0.025, 15);
    expect(rows.map(({ reward }) => reward)).toEqual([0.5 + 0.025 - 1, 0]);
  });
});
