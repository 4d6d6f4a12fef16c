import { describe, expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { tellClaim } from "./claims";
import { readProblem, tellProblem } from "./problem";
import { readSegment, scoreOutcome } from "./scorer";
import { referenceOf, solve, tellSteps } from "./solution";
import { drawPretrainingProblem } from "./tasks";

/** Solution: 7+8=15, 9-4=5, take 15, 15+6=21, answer 21. */
const problem = readProblem("7+8\n9-4\nTake the larger.\nAdd 6.");

describe("a segment by itself", () => {
  test.each([
    [5, "7+8=15"],
    [5, "8 + 7 = 15"],
    [5, "15>5 take 15"],
    [5, "Answer: 21"],
    [5, "7+8=15 9-4=5"],
    [4, "15>5"],
    [4, "8-7=1 is".replace("8-7=1", "15-9=6")],
    [3, "Let us see."],
    [3, ""],
    [3, "7+8"],
    [2, "5+6=11"],
    [2, "7+8=15 but 15+1=16"],
    [1, "7+8=5"],
    [1, "15>5 take 5"],
    [1, "5>15"],
    [1, "Answer: 11"],
    [1, "7+8=15 9-4=6"],
  ])("%i for %j", (score, segment) => {
    expect(readSegment(problem, segment, "").score).toBe(score);
  });
});

test("what was stated before is supported, not established again", () => {
  expect(readSegment(problem, "7+8=15", "8+7=15\n###\n").score).toBe(4);
  expect(readSegment(problem, "7+8=15 9-4=5", "8+7=15\n###\n").score).toBe(5);
});

test("names what it establishes and what it contradicts", () => {
  const { states, contradicts } = readSegment(problem, "7+8=15 9-4=6 6+6=12", "");
  expect(states.map(tellClaim)).toEqual(["7+8=15"]);
  expect(contradicts.map(tellClaim)).toEqual(["9-4=6", "6+6=12"]);
});

describe("a whole response", () => {
  test.each([
    [5, "7+8=15\n###\n9-4=5\n###\ntake 15\n###\n15+6=21\n###\nAnswer: 21"],
    [4, "7+8=15\n###\n9-4=5\n###\ntake 15\n###\n15+6=21\n###\nAnswer: 15"],
    [2, "7+8=15\n###\n9-4=5\n###\ntake 5\n###\n5+6=11\n###\nAnswer: 11"],
    [3, "7+8=15\n###\n9-4=5\n###\ntake 15\n###\n15+6=12"],
    [2, "Answer: 21"],
    [1, "Answer: 5"],
    [1, ""],
  ])("%i for %j", (score, response) => {
    expect(scoreOutcome(problem, response)).toBe(score);
  });
});

test("references score 5 throughout, and a step made wrong lowers its own segment", () => {
  const stream = RandomStream.of(4, "scorer test");
  for (let i = 0; i < 500; i++) {
    const drawn = drawPretrainingProblem(stream);
    const reference = referenceOf(drawn);
    expect(scoreOutcome(drawn, tellSteps(reference)), tellProblem(drawn)).toBe(5);
    const wrong = stream.integer(reference.length);
    const steps = solve(drawn, (step) => step !== wrong);
    steps.forEach(({ text }, t) => {
      const { score } = readSegment(drawn, text, tellSteps(steps.slice(0, t)));
      if (t < wrong) expect(score).toBeGreaterThanOrEqual(4);
      // The other number taken, or an earlier one answered, may be the right one by chance.
      if (t === wrong && steps[t].claim.kind === "equation") expect(score).toBe(1);
    });
  }
});
