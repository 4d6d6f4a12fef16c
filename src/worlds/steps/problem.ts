import { HerlError } from "../../errors";

/*
 * A problem in several steps: work two lines out, take the larger or the smaller result, and go on with it.
 *
 *     7+8
 *     9-4
 *     Take the larger.
 *     Add 6.
 */

/** A sum or a difference of two numbers. */
export interface Calculation {
  readonly left: number;
  readonly sign: "+" | "-";
  readonly right: number;
}

/** What is done with the number that was taken. */
export type Operation = Pick<Calculation, "sign" | "right">;

export interface Problem {
  readonly lines: readonly [Calculation, Calculation];
  readonly take: "larger" | "smaller";
  readonly operations: readonly Operation[];
}

/** The result of a calculation. */
export const resultOf = ({ left, sign, right }: Calculation): number =>
  sign === "+" ? left + right : left - right;

/** A problem as the policy is told it. */
export function tellProblem({ lines, take, operations }: Problem): string {
  const told = lines.map(({ left, sign, right }) => `${left}${sign}${right}`);
  const then = operations.map(({ sign, right }) => `${sign === "+" ? "Add" : "Subtract"} ${right}.`);
  return [...told, `Take the ${take}.`, ...then].join("\n");
}

const pattern =
  /^(\d{1,4})([+-])(\d{1,4})\n(\d{1,4})([+-])(\d{1,4})\nTake the (larger|smaller)\.((?:\n(?:Add|Subtract) \d{1,4}\.)*)$/;

/** The problem that a prompt tells: undoes `tellProblem`. Throws TASK_INVALID for any other text. */
export function readProblem(prompt: string): Problem {
  const found = pattern.exec(prompt);
  if (!found) {
    throw new HerlError(
      "TASK_INVALID",
      "The instruction is not a problem in several steps, so that no reference solution is known.",
      "Use tasks of the world `steps`, or train without scores against a reference (process.scores=none).",
    );
  }
  const line = (at: number): Calculation => ({
    left: Number(found[at]),
    sign: found[at + 1] as Calculation["sign"],
    right: Number(found[at + 2]),
  });
  const operations = [...found[8].matchAll(/(Add|Subtract) (\d+)/g)].map(([, verb, number]): Operation => ({
    sign: verb === "Add" ? "+" : "-",
    right: Number(number),
  }));
  return { lines: [line(1), line(4)], take: found[7] as Problem["take"], operations };
}
