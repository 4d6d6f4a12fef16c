import type { UnitResult } from "./experiment";
import { isWaiting, type Unit, type WaitingUnit } from "./units";

/** The lines of a `results.jsonl`; a last one that was cut off is left out. */
export const readResults = (text: string): UnitResult[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as UnitResult);

/** A result under the names of a unit with the same key: experiments share units. */
export const resultOf = ({ part, arm, model, seed }: Unit, known: UnitResult): UnitResult => ({
  ...known,
  ...{ part, arm, model, seed },
});

export interface SortedResults {
  /** The latest result of each unit that has one, in the order of the units. */
  readonly results: readonly UnitResult[];
  /** Units without a result that could be run. */
  readonly missing: readonly Unit[];
  /** Lines of another definition, model or version of the digest. */
  readonly stale: readonly UnitResult[];
}

/**
 * Puts results beside the units that they are of. Lines of units that wait (their model is not on this machine, for
 * instance) cannot be checked here, and stay.
 */
export function sortResults(
  units: readonly (Unit | WaitingUnit)[],
  lines: readonly UnitResult[],
): SortedResults {
  const used = new Set<UnitResult>();
  const missing: Unit[] = [];
  const results = units.flatMap((unit) => {
    const isOwn = (line: UnitResult) =>
      line.part === unit.part &&
      line.arm === unit.arm &&
      line.model === unit.model &&
      line.seed === unit.seed;
    const line = lines.findLast((one) => isOwn(one) && (isWaiting(unit) || one.key === unit.key));
    if (line) used.add(line);
    else if (!isWaiting(unit)) missing.push(unit);
    return line ? [line] : [];
  });
  const isReplaced = (line: UnitResult) => results.some(({ key }) => key === line.key);
  return { results, missing, stale: lines.filter((line) => !used.has(line) && !isReplaced(line)) };
}
