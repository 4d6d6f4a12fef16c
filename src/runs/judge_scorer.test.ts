import { describe, expect, test } from "vitest";
import type { ChatMessage } from "../policy/chat_message";
import { judgeConfig } from "../rubric/judge/judge_config";
import { memoryJudgements } from "../rubric/judge/judgements";
import { judgeScorer } from "./judge_scorer";

const config = judgeConfig({ url: "http://localhost:1", model: "test" });
const task = { id: "t", prompt: "What is 7+8?", rubric: [] };
const world = { references: () => ["7+8=15"] };

/** A judge that gives the answers of `answer`, and remembers what it was asked. */
function fakeJudge(answer: (text: string) => string) {
  const asked: string[] = [];
  return {
    asked,
    async complete(messages: readonly ChatMessage[]) {
      const text = messages[1].content;
      asked.push(text);
      await Promise.resolve();
      return {
        completion: { text: answer(text), refusal: null, finish: "stop" as const, tokens: null },
      } as never;
    },
  };
}

const score = (n: unknown) => JSON.stringify({ analysis: "…", score: n });
const scorerOf = (judge: ReturnType<typeof fakeJudge>, judgements = memoryJudgements({ undecided: true })) =>
  judgeScorer(judge, judgements, config, world);

describe("scores by a judge", () => {
  test("are asked for segment by segment, the same text once", async () => {
    const judge = fakeJudge((text) => score(text.includes("\n7+8=15\n<<<END STEP") ? 5 : 2));
    const scorer = scorerOf(judge);
    expect(await scorer.segments(task, ["7+8=15", "so 16", "7+8=15"], "segment")).toEqual([5, 2, 5]);
    expect(judge.asked).toHaveLength(2);
    expect(judge.asked[0]).toContain("\nWhat is 7+8?\n");
    expect(judge.asked[0]).toMatch(/<<<BEGIN REFERENCE (\w{16})>>>\n7\+8=15\n<<<END REFERENCE \1>>>/);
  });

  test("may be of the response up to the segment's end, or of the whole of it", async () => {
    const judge = fakeJudge(() => score(4));
    const scorer = scorerOf(judge);
    expect(await scorer.segments(task, ["one", "two"], "prefix")).toEqual([4, 4]);
    expect(judge.asked[1]).toMatch(/<<<BEGIN BEGINNING \w+>>>\none\n\ntwo\n<<<END/);
    expect(await scorer.outcome(task, "one two")).toBe(4);
    expect(judge.asked[2]).toContain("<<<BEGIN RESPONSE");
  });

  test("are kept, undecided ones too", async () => {
    const kept = memoryJudgements({ undecided: true });
    const before = fakeJudge((text) => (text.includes("odd") ? "no idea" : score(3)));
    expect(await scorerOf(before, kept).segments(task, ["odd", "even"], "segment")).toEqual([null, 3]);
    expect(before.asked).toHaveLength(3);
    const after = fakeJudge(() => score(1));
    expect(await scorerOf(after, kept).segments(task, ["odd", "even"], "segment")).toEqual([null, 3]);
    expect(after.asked).toHaveLength(0);
  });

  test("need a reference", async () => {
    const scorer = judgeScorer(
      fakeJudge(() => score(1)),
      memoryJudgements(),
      config,
      { references: () => [] },
    );
    await expect(scorer.outcome(task, "x")).rejects.toMatchObject({ code: "REFERENCES_MISSING" });
  });
});
