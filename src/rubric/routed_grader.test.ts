import { expect, test } from "vitest";
import type { Grader } from "./grader";
import type { Judge } from "./judge/judge";
import { noCounters } from "./judge/judge_counters";
import { routedGrader } from "./routed_grader";
import type { RubricItem, Task } from "./schema";

const code: Grader = {
  grade: ({ rubric }) =>
    Promise.resolve(
      rubric.map(({ check }) =>
        check.by === "code" ? { status: "satisfied" } : { status: "unknown", reason: "no judge" },
      ),
    ),
};
const byCode = { by: "code", verifier: "v", kwargs: {} } as const;
const item = (text: string, check: RubricItem["check"] = { by: "judge" }): RubricItem => ({
  ...{ text, weight: 1, polarity: "want", check },
});
const task = (...rubric: RubricItem[]): Task => ({ id: "t", prompt: "Write.", rubric });

function fakeJudge() {
  const asked: unknown[] = [];
  const judge: Judge = {
    judge: (request) => {
      asked.push(request);
      return Promise.resolve(
        request.items.map(({ text }) => ({ status: "unmet", reason: text, by: "judge" })),
      );
    },
    counters: noCounters,
    onChange: () => () => undefined,
    startFrom: () => undefined,
  };
  return { judge, asked };
}

test("judged items go to the judge, in one call; the order is the rubric's", async () => {
  const { judge, asked } = fakeJudge();
  const rubric = [item("a"), item("b", byCode), item("c")];
  const verdicts = await routedGrader(code, judge).grade(task(...rubric), "A text.");
  expect(verdicts).toEqual([
    { status: "unmet", reason: "a", by: "judge" },
    { status: "satisfied" },
    { status: "unmet", reason: "c", by: "judge" },
  ]);
  expect(asked).toEqual([{ instruction: "Write.", response: "A text.", items: [rubric[0], rubric[2]] }]);
});

test("a judge is not asked where code decides everything; without one judged items are unknown", async () => {
  const { judge, asked } = fakeJudge();
  expect(await routedGrader(code, judge).grade(task(item("b", byCode)), "")).toEqual([
    { status: "satisfied" },
  ]);
  expect(asked).toEqual([]);
  const [verdict] = await routedGrader(code, null).grade(task(item("a")), "");
  expect(verdict).toEqual({ status: "unknown", reason: "no judge" });
});
