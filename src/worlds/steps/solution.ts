import { tellClaim, type Claim } from "./claims";
import { resultOf, type Calculation, type Problem } from "./problem";

/** What divides the segments of a solution. */
export const separator = "###";

/** The kinds of steps, by what can go wrong in them. `hard`: the last digits of a calculation carry or borrow. */
export type StepKind = "easy" | "hard" | "larger" | "smaller" | "answer";

/** Whether the last digits carry over ten, or one must be borrowed. */
export function isHard({ left, sign, right }: Calculation): boolean {
  return sign === "+" ? (left % 10) + (right % 10) >= 10 : left % 10 < right % 10;
}

/**
 * What is written for a calculation by somebody who errs. Never right. Where digits carry the ten is forgotten, where one
 * must be borrowed the smaller digit is taken from the larger (Brown and Burton, "Diagnostic models for procedural bugs
 * in basic mathematical skills", 1978), and else the result is one too many.
 */
export function slip(calculation: Calculation): number {
  const { left, sign, right } = calculation;
  const result = resultOf(calculation);
  if (!isHard(calculation)) return result + 1;
  return sign === "+" ? result - 10 : result + 2 * ((right % 10) - (left % 10));
}

/** One step of a solution, as it was written. */
export interface Step {
  readonly kind: StepKind;
  /** Whether it was made without an error, given the numbers before it. */
  readonly correct: boolean;
  readonly claim: Claim;
  readonly text: string;
}

/**
 * A solution of a problem, step by step. `decides` says of each step whether it is made right, by its place and its
 * kind; a wrong step is a `slip`, the other number taken, or the last number but one as the answer, and what follows
 * goes on from it. With everything right this is the reference solution.
 */
export function solve(problem: Problem, decides: (step: number, kind: StepKind) => boolean): Step[] {
  const steps: Step[] = [];
  const calculate = (calculation: Calculation): number => {
    const kind = isHard(calculation) ? "hard" : "easy";
    const correct = decides(steps.length, kind);
    const result = correct ? resultOf(calculation) : slip(calculation);
    const claim: Claim = { kind: "equation", ...calculation, result };
    steps.push({ kind, correct, claim, text: tellClaim(claim) });
    return result;
  };
  const [a, b] = problem.lines.map(calculate);
  const [large, small] = a > b ? [a, b] : [b, a];
  const correct = decides(steps.length, problem.take);
  const taken = (problem.take === "larger") === correct ? large : small;
  const claim: Claim = { kind: "take", number: taken };
  // Two lines that differ may come out alike where one was worked out wrong: then there is nothing to compare.
  const comparison = large === small ? "" : `${tellClaim({ kind: "comparison", large, small })} `;
  steps.push({ kind: problem.take, correct, claim, text: comparison + tellClaim(claim) });

  const numbers = [taken === a ? b : a, taken];
  for (const operation of problem.operations)
    numbers.push(calculate({ left: numbers[numbers.length - 1], ...operation }));
  const isRight = decides(steps.length, "answer");
  const answer: Claim = { kind: "answer", number: numbers[numbers.length - (isRight ? 1 : 2)] };
  steps.push({ kind: "answer", correct: isRight, claim: answer, text: tellClaim(answer) });
  return steps;
}

/** The text of a solution. */
export const tellSteps = (steps: readonly Step[]): string => steps.map(({ text }) => text).join(separator);

/** The solution without an error: its claims are the checkpoints, the answer the last of them. */
export const referenceOf = (problem: Problem): Step[] => solve(problem, () => true);
