import { describe, expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { gradeByCode } from "../../rubric/code_grader";
import { stepsConfig } from "./config";
import { stepsPrompt } from "./corpus";
import { isHard, referenceOf, tellSteps, type StepKind } from "./solution";
import { isForEvaluation, isReserved, makeStepsTask, stepsTask } from "./tasks";
import { readProblem } from "./problem";
import { stepsRegistry } from "./verifiers";

const draw = (count: number, seed = 1) =>
  Array.from({ length: count }, (_, i) => {
    const stream = RandomStream.of(seed, "steps corpus test", i);
    const prompt = stepsPrompt(stream, stepsConfig);
    return { ...prompt, ...prompt.respond(stream) };
  });

const samples = draw(6000);
const plain = samples.filter(({ kind }) => kind === "answer");
const revisions = samples.filter(({ kind }) => kind === "revision");

test("the same seed gives the same corpus", () => {
  const texts = (of: ReturnType<typeof draw>) => of.map(({ messages, response }) => [messages, response]);
  expect(texts(draw(50))).toEqual(texts(samples.slice(0, 50)));
  expect(texts(draw(50, 2))).not.toEqual(texts(samples.slice(0, 50)));
});

test("reference solutions satisfy every item of their rubrics, and pre-training never sees evaluated problems", () => {
  for (const { problem } of samples) {
    const { rubric } = makeStepsTask("t", problem, "checkpoints");
    const reference = tellSteps(referenceOf(problem));
    expect(rubric.every((item) => gradeByCode(stepsRegistry, item, reference).status === "satisfied")).toBe(
      true,
    );
    expect(isForEvaluation(problem)).toBe(false);
  }
});

describe("plain solutions", () => {
  test("make each kind of step right at its rate", () => {
    for (const [kind, rate] of Object.entries(stepsConfig.rates) as [StepKind, number][]) {
      const made = plain.flatMap(({ steps }) => steps.filter((step) => step.kind === kind));
      const share = made.filter(({ correct }) => correct).length / made.length;
      const deviation = Math.sqrt((rate * (1 - rate)) / made.length);
      expect(Math.abs(share - rate), kind).toBeLessThan(4 * deviation);
    }
  });

  test("reach the right answer rarely", () => {
    const right = plain.filter(({ problem, response }) => {
      const [item] = makeStepsTask("t", problem, "answer").rubric;
      return gradeByCode(stepsRegistry, item, response).status === "satisfied";
    });
    console.log(`right answers: ${right.length} of ${plain.length}`);
    expect(right.length / plain.length).toBeGreaterThan(0.02);
    expect(right.length / plain.length).toBeLessThan(0.08);
  });
});

test("revisions start from drafts that miss something, and mend half of the wrong steps", () => {
  expect(revisions.length / samples.length).toBeCloseTo(stepsConfig.revisionShare, 1);
  const pairs = revisions.flatMap(({ draft, steps }) =>
    draft!.map((step, t) => ({ before: step.correct, after: steps[t].correct })),
  );
  const share = (before: boolean) => {
    const of = pairs.filter((pair) => pair.before === before);
    return of.filter(({ after }) => after).length / of.length;
  };
  expect(share(false)).toBeCloseTo(stepsConfig.fix, 1);
  expect(share(true)).toBeCloseTo(stepsConfig.keep, 1);
  for (const { messages } of revisions)
    expect(messages[2].content).toMatch(/^Missing:\n(\d\. .+\n)+Revise\.$/);
});

describe("tasks", () => {
  const tasks = (["train", "heldout", "close", "ood"] as const).map((split) => ({
    split,
    tasks: Array.from({ length: 300 }, (_, i) => stepsTask(split, i, { seed: 0, items: "answer" })),
  }));

  test("are on their side of the partition, and of their split's kind", () => {
    for (const { split, tasks: of } of tasks) {
      for (const { prompt } of of) {
        const problem = readProblem(prompt);
        expect(isForEvaluation(problem)).toBe(split !== "train");
        expect(problem.lines.filter(isReserved)).toHaveLength(split === "close" ? 2 : 0);
        expect(problem.operations.length === 3).toBe(split === "ood");
      }
    }
  });

  test("have hard and easy steps, and no number below 0 in their solutions", () => {
    const problems = tasks.flatMap(({ tasks: of }) => of.map(({ prompt }) => readProblem(prompt)));
    const hard = problems.filter(({ lines }) => isHard(lines[0])).length / problems.length;
    expect(hard).toBeGreaterThan(0.25);
    expect(hard).toBeLessThan(0.65);
    for (const problem of problems) expect(tellSteps(referenceOf(problem))).not.toMatch(/=-/);
  });

  test("have the answer as their only item, or every checkpoint of the reference too", () => {
    const answer = stepsTask("train", 5, { seed: 3, items: "answer" });
    const all = stepsTask("train", 5, { seed: 3, items: "checkpoints" });
    expect(all.prompt).toBe(answer.prompt);
    expect(all.rubric.slice(-1)).toEqual(answer.rubric);
    expect(all.rubric).toHaveLength(referenceOf(readProblem(all.prompt)).length);
    expect(
      all.rubric.map(
        ({ check }) => check.by === "code" && stepsRegistry.get(check.verifier)?.validateKwargs(check.kwargs),
      ),
    ).toEqual(all.rubric.map(() => null));
  });
});

test("a claim that is none is refused by the verifier", () => {
  const checkpoint = stepsRegistry.get("steps:checkpoint")!;
  expect(checkpoint.validateKwargs({ claim: "seven" })).toContain("claim");
  expect(checkpoint.describe({ claim: "7+8=15" })).toBe("The response states 7+8=15.");
});
