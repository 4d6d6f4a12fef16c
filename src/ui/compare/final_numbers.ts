import { estimateMean, type Estimate } from "../../analysis/statistics/estimate";
import { signFlipTest } from "../../analysis/statistics/sign_flip";
import { measuresOf, type Measured } from "../../experiments/measures";
import type { Cell, FigureTable } from "../../figures/figure_text";
import type { RunCurves } from "../../runs/run_curves";
import type { Entry, Series } from "./entries";

/** What a series came to. */
export interface FinalRow {
  readonly id: string;
  readonly name: string;
  /** Runs that are recorded. */
  readonly seeds: number;
  /** Of its shortest and its longest run. */
  readonly updates: readonly [number, number];
  /** By measure; the mean over the runs that have it, with its 95 % t interval. */
  readonly measures: Readonly<Record<FinalMeasure, Estimate>>;
  /** The reward less that of the baseline, seed by seed; null for the baseline itself, and where nothing pairs up. */
  readonly difference: (Estimate & { readonly p: number }) | null;
}

export const finalMeasures = {
  "heldout.reward": "held-out reward",
  "auc.heldout.reward": "area under it",
  responses: "responses",
  tokens: "tokens",
  judge_calls: "judge calls",
  seconds: "seconds",
} as const;

export type FinalMeasure = keyof typeof finalMeasures;

/** The numbers of a run under the names of published measures. */
export function measuresOfRun(
  { source }: Entry,
  { columns, evaluations }: RunCurves,
): Record<string, number> {
  if ("unit" in source && source.result) return measuresOf(source.result);
  const seconds = columns["seconds"]?.at(-1) ?? 0;
  const measured: Measured = { curve: columns, evaluations, seconds, probes: {} };
  return measuresOf(measured);
}

/** A line a series. `measures` are those of its runs, by the run's id. */
export function finalRows(
  series: readonly Series[],
  names: ReadonlyMap<string, string>,
  measures: ReadonlyMap<string, Readonly<Record<string, number>>>,
  baseline: string | null,
): FinalRow[] {
  const base = series.find(({ id }) => id === baseline) ?? null;
  return series.map((one) => {
    const done = one.entries.filter(({ id }) => measures.has(id));
    const known = done.map(({ id }) => measures.get(id)!);
    const estimates = Object.keys(finalMeasures).map((name) => [
      name,
      estimateMean(known.flatMap((of) => (name in of ? [of[name]] : []))),
    ]);
    const steps = done.length > 0 ? done.map((entry) => entry.steps) : [0];
    return {
      ...{ id: one.id, name: names.get(one.id) ?? one.id, seeds: done.length },
      updates: [Math.min(...steps), Math.max(...steps)],
      measures: Object.fromEntries(estimates) as FinalRow["measures"],
      difference: base && base !== one ? pairedDifference(one, base, measures) : null,
    };
  });
}

/** Pairs have the seed, the preset and the model in common: everything else is what is compared. */
function pairedDifference(
  first: Series,
  second: Series,
  measures: ReadonlyMap<string, Readonly<Record<string, number>>>,
): FinalRow["difference"] {
  const differences = first.entries.flatMap((entry) => {
    const other = second.entries.find(({ config }) => isPair(config, entry.config));
    const [one, two] = [entry, other].map((e) => e && measures.get(e.id)?.["heldout.reward"]);
    return one === undefined || two === undefined ? [] : [one - two];
  });
  if (differences.length === 0) return null;
  return { ...estimateMean(differences), p: signFlipTest(differences) };
}

const isPair = (a: Entry["config"], b: Entry["config"]): boolean =>
  a.seed === b.seed && a.preset === b.preset && a.model === b.model;

/** The table as a file: every number with its interval. */
export function finalTable(rows: readonly FinalRow[], baseline: string | null): FigureTable {
  const measured = Object.entries(finalMeasures);
  const against = baseline === null ? [] : [`less ${baseline}`, "low", "high", "pairs", "p (sign flips)"];
  return {
    columns: [
      ...["series", "seeds", "updates"],
      ...measured.flatMap(([, label]) => [label, `${label}: low`, `${label}: high`]),
      ...against,
    ],
    rows: rows.map(({ name, seeds, updates, measures, difference }): Cell[] => [
      ...[name, seeds, updates[1]],
      ...measured.flatMap(([id]) => {
        const { mean, low, high } = measures[id as FinalMeasure];
        return [mean, low, high];
      }),
      ...(baseline === null
        ? []
        : difference
          ? [difference.mean, difference.low, difference.high, difference.n, difference.p]
          : [null, null, null, null, null]),
    ]),
  };
}

/** What rows are sorted by: a column's number, or the name. */
export type SortKey = "name" | "seeds" | "difference" | FinalMeasure;

export interface Order {
  readonly key: SortKey;
  readonly isRising: boolean;
}

/** Rows by a column, those without a number last. */
export function sortedRows(rows: readonly FinalRow[], { key, isRising }: Order): FinalRow[] {
  const value = (row: FinalRow): number | string | null => {
    if (key === "name") return row.name;
    if (key === "seeds") return row.seeds;
    if (key === "difference") return row.difference?.mean ?? null;
    return row.measures[key].mean;
  };
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return (x < y ? -1 : x > y ? 1 : 0) * (isRising ? 1 : -1);
  });
}
