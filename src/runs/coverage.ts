import { hasPassed } from "../herl/group";
import type { EvaluatedResponse, EvaluationRow } from "./evaluate";

/** How many responses to each task satisfy every item, and the share of tasks to which any does: pass@n of n samples. */
export interface Coverage {
  readonly solved: readonly number[];
  readonly covered: number;
}

/** Of graded responses by task. */
export function coverageOf(responses: readonly (readonly Pick<EvaluatedResponse, "reward">[])[]): Coverage {
  const solved = responses.map((of) => of.filter(hasPassed).length);
  return { solved, covered: solved.filter((count) => count > 0).length / Math.max(1, solved.length) };
}

/** How often each task of a split was solved at a run's first evaluation. */
export type FirstSolved = Readonly<Record<string, readonly number[]>>;

/** What the first evaluation leaves for later ones. */
export const firstSolved = (rows: readonly EvaluationRow[]): FirstSolved =>
  Object.fromEntries(rows.flatMap(({ split, solved }) => (solved ? [[split, solved]] : [])));

/** Rows with the share of the tasks never solved at the first evaluation to which some response is right now. */
export function withNewlySolved(rows: readonly EvaluationRow[], first: FirstSolved): EvaluationRow[] {
  return rows.map((row) => {
    const never = first[row.split]?.flatMap((count, task) => (count === 0 ? [task] : [])) ?? [];
    const { solved } = row;
    if (!solved || never.length === 0) return row;
    return { ...row, newly_solved: never.filter((task) => solved[task] > 0).length / never.length };
  });
}
