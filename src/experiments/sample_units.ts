import type { Unit } from "./units";

/**
 * `count` units to run again: one of each part in turn, in an order that their keys decide, so that it is the same
 * every time and not the same arm and seed everywhere. Units that start from another, which has to be run again as well,
 * come last.
 */
export function sampleUnits(units: readonly Unit[], count: number): Unit[] {
  const parts = [...new Set(units.map(({ part }) => part))].map((part) =>
    units.filter((unit) => unit.part === part).sort((a, b) => orderOf(a, b)),
  );
  const rounds = Math.max(0, ...parts.map((own) => own.length));
  return Array.from({ length: rounds }, (_, round) => parts.flatMap((own) => own.slice(round, round + 1)))
    .flat()
    .slice(0, count);
}

const orderOf = (a: Unit, b: Unit): number =>
  Number(a.after !== null) - Number(b.after !== null) || (a.key < b.key ? -1 : 1);
