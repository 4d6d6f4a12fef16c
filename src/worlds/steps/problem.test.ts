import { expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { readProblem, tellProblem, type Problem } from "./problem";
import { referenceOf, solve, tellSteps } from "./solution";
import { drawPretrainingProblem } from "./tasks";

/** 7+8 and 9-4, the larger, add 6. */
const problem: Problem = {
  lines: [
    { left: 7, sign: "+", right: 8 },
    { left: 9, sign: "-", right: 4 },
  ],
  take: "larger",
  operations: [{ sign: "+", right: 6 }],
};

test("is told line by line, and read back", () => {
  expect(tellProblem(problem)).toBe("7+8\n9-4\nTake the larger.\nAdd 6.");
  const stream = RandomStream.of(1, "problem test");
  for (let i = 0; i < 500; i++) {
    const drawn = drawPretrainingProblem(stream);
    expect(readProblem(tellProblem(drawn))).toEqual(drawn);
  }
});

test.each(["", "Write about a fox.", "1+2\n3*4\nTake the larger.", `${tellProblem(problem)}\n`])(
  "refuses what is no problem: %j",
  (prompt) => {
    expect(() => readProblem(prompt)).toThrow(expect.objectContaining({ code: "TASK_INVALID" }));
  },
);

test("the reference solution works every step out", () => {
  expect(tellSteps(referenceOf(problem))).toBe("7+8=15###9-4=5###15>5 take 15###15+6=21###Answer: 21");
});

test("errs as told, and goes on from the error", () => {
  const wrongAt = (wrong: number) => tellSteps(solve(problem, (step) => step !== wrong)).split("###");
  expect(wrongAt(0)).toEqual(["7+8=5", "9-4=5", "take 5", "5+6=11", "Answer: 11"]);
  expect(wrongAt(1)).toEqual(["7+8=15", "9-4=6", "15>6 take 15", "15+6=21", "Answer: 21"]);
  expect(wrongAt(2)).toEqual(["7+8=15", "9-4=5", "15>5 take 5", "5+6=11", "Answer: 11"]);
  expect(wrongAt(3)).toEqual(["7+8=15", "9-4=5", "15>5 take 15", "15+6=11", "Answer: 11"]);
  expect(wrongAt(4)).toEqual(["7+8=15", "9-4=5", "15>5 take 15", "15+6=21", "Answer: 15"]);
});
