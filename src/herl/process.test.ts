import { describe, expect, test } from "vitest";
import type { Sample } from "./group";
import {
  scoreGroup,
  segmentAdvantages,
  segmentRows,
  splitSegments,
  withScoreReward,
  type SegmentScorer,
} from "./process";

/** Each token's text is the entry of its id. */
const codecOf = (texts: readonly string[]) => ({
  decode: (ids: readonly number[]) => ids.map((id) => texts[id]).join(""),
});
const ids = (texts: readonly string[]) => texts.map((_, id) => id);
const split = (...texts: string[]) =>
  splitSegments(ids(texts), codecOf(texts).decode).map(({ start, end, text }) => [start, end, text]);

describe("segments", () => {
  test("end with their separator, whatever tokens it is made of", () => {
    expect(split("a", "###", "b", "c")).toEqual([
      [0, 2, "a"],
      [2, 4, "bc"],
    ]);
    expect(split("a", "#", "##", "b", "#", "#", "#\n", "c")).toEqual([
      [0, 3, "a"],
      [3, 7, "b\n"],
      [7, 8, "c"],
    ]);
  });

  test("take white space and nothing with them", () => {
    expect(split("a", "###", "\n", "")).toEqual([[0, 4, "a\n"]]);
    expect(split("\n", "###", "a")).toEqual([[0, 3, "\na"]]);
    expect(split("a", "###", "###", "b")).toEqual([
      [0, 3, "a"],
      [3, 4, "b"],
    ]);
    expect(split("a##")).toEqual([[0, 1, "a##"]]);
    expect(split()).toEqual([]);
  });
});

describe("advantages of segments, by hand", () => {
  const scores = [
    [0.5, 1, 0.25],
    [0, 1],
  ];
  const of = (norm: "delta" | "end" | "group") => segmentAdvantages(scores, { norm, single: "formula" });

  test("delta: the gain over the segment before, the first over the last", () => {
    expect(of("delta")).toEqual([
      [0.25, 0.5, -0.75],
      [-1, 1],
    ]);
  });

  test("end: over the last score, the last as it is", () => {
    expect(of("end")).toEqual([
      [0.25, 0.75, 0.25],
      [-1, 1],
    ]);
  });

  test("group: over the mean of the responses' means", () => {
    const base = (1.75 / 3 + 0.5) / 2;
    expect(of("group")).toEqual([
      [0.5 - base, 1 - base, 0.25 - base],
      [0 - base, 1 - base],
    ]);
  });

  test.each([
    ["delta", "formula", 0],
    ["delta", "score", 0.75],
    ["end", "formula", 0.75],
    ["end", "score", 0.75],
    ["group", "formula", 0],
    ["group", "score", 0.75],
  ] as const)("a single segment under %s, by %s: %d", (norm, single, expected) => {
    expect(segmentAdvantages([[0.75]], { norm, single })).toEqual([[expected]]);
  });
});

const texts = ["good", "###", "bad", "odd"];
const sampleOf = (tokens: readonly number[], finish: "stop" | "length" = "stop"): Sample => ({
  rollout: { ids: tokens, logprobs: new Float32Array(), entropies: new Float32Array(), finish },
  text: codecOf(texts).decode(tokens),
  verdicts: [],
  reward: 0,
});
const scorer: SegmentScorer = {
  segments: (_task, segments) =>
    Promise.resolve(segments.map((text) => (text === "good" ? 5 : text === "bad" ? 2 : null))),
  outcome: (_task, response) => Promise.resolve(response.startsWith("good") ? 4 : null),
};
const config = { scores: "segments", norm: "delta", judged: "segment", single: "formula" } as const;
const groupOf = (rollouts: Sample[]) => ({
  ...{ task: { id: "t", prompt: "q", rubric: [] }, prompt: [9], rollouts },
  ...{ drafts: [], revisions: [], droppedPrompts: 0, joined: null, rows: [] },
});
const scored = async (rollouts: Sample[], how: Parameters<typeof scoreGroup>[2] = config) =>
  (await scoreGroup({ scorer, codec: codecOf(texts) }, groupOf(rollouts), how)).rollouts;

describe("a group's scores", () => {
  test("are (score − 1) / 4 segment by segment; cut off means 0, an unread score no part at all", async () => {
    const [plain, cut, unread] = await scored([
      sampleOf([0, 1, 2]),
      sampleOf([0, 1, 0], "length"),
      sampleOf([0, 1, 3]),
    ]);
    expect(plain.process!.scores).toEqual([1, 0.25]);
    expect(cut.process!.scores).toEqual([0, 0]);
    expect(unread.process!.scores).toBeNull();
    expect([plain, cut, unread].map((sample) => withScoreReward(sample).reward)).toEqual([0.625, 0, null]);
    expect(plain.reward).toBe(0);
  });

  test("are one for the whole response where the outcome is asked for", async () => {
    const [good, cut] = await scored([sampleOf([0, 1, 2]), sampleOf([0], "length")], {
      ...config,
      scores: "outcome",
    });
    expect(good.process).toEqual({ segments: [{ start: 0, end: 3, text: "good###bad" }], scores: [0.75] });
    expect(cut.process!.scores).toEqual([0]);
  });

  test("are left out where none are asked for, and refused without references", async () => {
    const group = groupOf([sampleOf([0])]);
    expect(await scoreGroup({ codec: codecOf(texts) }, group, { ...config, scores: "none" })).toBe(group);
    await expect(scoreGroup({ codec: codecOf(texts) }, group, config)).rejects.toMatchObject({
      code: "REFERENCES_MISSING",
    });
  });
});

test("rows give every token its segment's advantage", async () => {
  const rollouts = await scored([sampleOf([3]), sampleOf([0, 1, 2]), sampleOf([2, 1, 0])]);
  const rows = segmentRows(rollouts, [1, 2], config);
  const plain = { source: "rollout", bonus: 0, overlong: 0, graded: 0.625, reward: 0.625 };
  expect(rows).toEqual([
    { ...plain, index: 1, tokenAdvantages: [0.75, 0.75, -0.75], advantage: 0.25 },
    { ...plain, index: 2, tokenAdvantages: [-0.75, -0.75, 0.75], advantage: -0.25 },
  ]);
});
