import { expect, test } from "vitest";
import { coverageOf, firstSolved, withNewlySolved } from "./coverage";
import type { EvaluationRow } from "./evaluate";

const of = (...rewards: (number | null)[]) => rewards.map((reward) => ({ reward }));
const row = (solved?: number[]): EvaluationRow => ({
  ...{ step: 0, split: "heldout", n: 4, reward: 0, all_met: 0, by_id: {} },
  ...(solved && { solved }),
});

test("a task is covered by one right response; an unknown reward is none", () => {
  expect(coverageOf([of(1, 0), of(0.9, null), of(1, 1), of(0, 0)])).toEqual({
    solved: [1, 0, 2, 0],
    covered: 0.5,
  });
  expect(coverageOf([])).toEqual({ solved: [], covered: 0 });
});

test("newly solved is a share of the tasks that were never solved before", () => {
  const first = firstSolved([row([0, 2, 0, 0, 1])]);
  const solvedNow = (solved: number[]) => withNewlySolved([row(solved)], first)[0].newly_solved;
  expect(solvedNow([0, 2, 0, 0, 1])).toBe(0);
  expect(solvedNow([1, 0, 5, 0, 0])).toBe(2 / 3);
});

test("nothing is said of rows without counts, or where everything was solved", () => {
  const first = firstSolved([row([1, 2])]);
  expect(withNewlySolved([row([0, 2])], first)).toEqual([row([0, 2])]);
  expect(withNewlySolved([row()], firstSolved([row()]))).toEqual([row()]);
});
