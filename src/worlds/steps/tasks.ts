import { deriveKey, RandomStream, seedKey } from "../../kernels/random/random";
import type { RubricItem, Task } from "../../rubric/schema";
import type { Split } from "../pocket/splits";
import { tellClaim } from "./claims";
import { resultOf, tellProblem, type Calculation, type Operation, type Problem } from "./problem";
import { referenceOf } from "./solution";

/** The rubric of a problem: the answer alone, or every checkpoint of the reference solution too. */
export type StepsItems = "answer" | "checkpoints";

/** A task from a problem. Items are in the order of the reference solution, the answer last. */
export function makeStepsTask(id: string, problem: Problem, items: StepsItems): Task {
  const claims = referenceOf(problem).map(({ claim }) => claim);
  const rubric = claims.flatMap((claim): RubricItem[] => {
    if (claim.kind === "answer")
      return [itemOf("Give the right answer.", "steps:answer", { answer: claim.number })];
    const told = tellClaim(claim);
    return items === "answer" ? [] : [itemOf(`State ${told}.`, "steps:checkpoint", { claim: told })];
  });
  return { id, prompt: tellProblem(problem), rubric };
}

const itemOf = (text: string, verifier: string, kwargs: Record<string, unknown>): RubricItem => ({
  ...{ text, weight: 1, polarity: "want" },
  check: { by: "code", verifier, kwargs },
});

/** Operations after the selection: the longest are out of distribution for training, though not for pre-training. */
const operationCounts = { train: [1, 2], heldout: [1, 2], close: [1, 2], ood: [3] } as const;

const partitionKey = deriveKey(seedKey(0), "steps", "partition");

/** Whether a problem is on the side of evaluation: one in eight is, for good, by a hash of its text. */
export const isForEvaluation = (problem: Problem): boolean =>
  deriveKey(partitionKey, tellProblem(problem))[0] % 8 === 0;

/** Whether a calculation is kept for the split `close`: a seventh of them are, by their numbers. */
export const isReserved = ({ left, right }: Calculation): boolean => (left + 3 * right) % 7 === 0;

/**
 * Task `index` of a split, the same on every machine: `train` and `heldout` have one or two operations and no reserved
 * calculation in their lines, `close` has two of them, `ood` has three operations. Training draws from one side of the
 * partition, evaluations from the other.
 */
export function stepsTask(
  split: Split,
  index: number,
  { seed, items }: { readonly seed: number; readonly items: StepsItems },
): Task {
  const stream = RandomStream.of(seed, "steps", split, index);
  for (;;) {
    const problem = drawProblem(stream, operationCounts[split]);
    const reserved = problem.lines.filter(isReserved).length;
    if (reserved !== (split === "close" ? 2 : 0)) continue;
    if (isForEvaluation(problem) === (split !== "train"))
      return makeStepsTask(`steps:${split}:${index}`, problem, items);
  }
}

/** A problem for pre-training: of any length, with any calculation, from the side of training. */
export function drawPretrainingProblem(stream: RandomStream): Problem {
  for (;;) {
    const problem = drawProblem(stream, [1, 2, 3]);
    if (!isForEvaluation(problem)) return problem;
  }
}

/** A drawn problem. Its two lines have different results, and nothing in its solution is below 0. */
function drawProblem(stream: RandomStream, counts: readonly number[]): Problem {
  for (;;) {
    const lines = [drawCalculation(stream), drawCalculation(stream)] as const;
    const take = stream.pick(["larger", "smaller"] as const);
    const count = stream.pick(counts);
    const operations = Array.from({ length: count }, () => drawOperation(stream));
    const [a, b] = lines.map(resultOf);
    if (a === b) continue;
    let value = (take === "larger") === a > b ? a : b;
    const values = operations.map(({ sign, right }) => (value = resultOf({ left: value, sign, right })));
    if (values.every((number) => number >= 0)) return { lines, take, operations };
  }
}

const drawOperation = (stream: RandomStream): Operation => ({
  sign: stream.pick(["+", "-"] as const),
  right: 2 + stream.integer(8),
});

function drawCalculation(stream: RandomStream): Calculation {
  for (;;) {
    const calculation = { left: 2 + stream.integer(14), ...drawOperation(stream) };
    if (resultOf(calculation) >= 0) return calculation;
  }
}
