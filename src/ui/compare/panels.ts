import type { RunCurves } from "../../runs/run_curves";
import { comparedMetrics, type ComparedMetric } from "./compared_metrics";
import type { ComparisonLink } from "./address";
import { sampledOf, seriesCurve, type SeriesCurve, type SpreadKind } from "./curve_data";
import type { Series } from "./entries";
import { measuresOfRun } from "./final_numbers";
import { publishedCurves } from "./published";

/** A metric with the curves of all series that have it, by the series' id. */
export interface Panel {
  readonly metric: ComparedMetric;
  readonly curves: ReadonlyMap<string, SeriesCurve>;
}

/** More series than these are not shown unless they are asked for. */
const mostByDefault = 6;

/** Of an experiment what its first part did with its first model; else the newest run and others on its preset. */
export function shownByDefault(series: readonly Series[]): readonly Series[] {
  const done = series.filter(({ entries }) => entries.some(({ steps }) => steps > 0));
  const published = done.filter(({ arm }) => arm !== null);
  if (published.length > 0) {
    const { arm, entries } = published[0];
    const { model } = entries[0].config;
    return published.filter((one) => one.arm!.part === arm!.part && one.entries[0].config.model === model);
  }
  const preset = done[0]?.entries[0].config.preset;
  return done.filter(({ entries }) => entries[0].config.preset === preset).slice(0, mostByDefault);
}

/** The curves of all runs of these series that are there: of published ones their results, of others what was loaded. */
export const knownCurves = (
  series: readonly Series[],
  loaded: Readonly<Record<string, { readonly curves: RunCurves }>>,
): ReadonlyMap<string, RunCurves> =>
  new Map(
    series.flatMap(({ entries }) =>
      entries.flatMap(({ id, source }): [string, RunCurves][] => {
        if ("unit" in source) return source.result ? [[id, publishedCurves(source.result)]] : [];
        return loaded[id] ? [[id, loaded[id].curves]] : [];
      }),
    ),
  );

/** The numbers of all runs whose curves are there, by the run's id. */
export const knownMeasures = (
  series: readonly Series[],
  curves: ReadonlyMap<string, RunCurves>,
): ReadonlyMap<string, Readonly<Record<string, number>>> =>
  new Map(
    series.flatMap(({ entries }) =>
      entries.flatMap((entry): [string, Record<string, number>][] => {
        const known = curves.get(entry.id);
        return known ? [[entry.id, measuresOfRun(entry, known)]] : [];
      }),
    ),
  );

/** The chosen metrics, with the curves of every series that has them. */
export const panelsOf = (
  series: readonly Series[],
  curves: ReadonlyMap<string, RunCurves>,
  { metrics, axis }: Pick<ComparisonLink, "metrics" | "axis">,
  spread: SpreadKind,
): Panel[] =>
  comparedMetrics
    .filter(({ id }) => metrics.includes(id))
    .map((metric) => {
      const drawn = series.flatMap(({ id, entries }): [string, SeriesCurve][] => {
        const known = entries.flatMap((entry) => curves.get(entry.id) ?? []);
        const runs = known
          .map((one) => sampledOf(one, metric, axis))
          .filter((run) => run.some(({ y }) => y !== null));
        return runs.length > 0 ? [[id, seriesCurve(runs, spread)]] : [];
      });
      return { metric, curves: new Map(drawn) };
    });

/** Series that used nothing of what the axis counts, where others did: all of their curves would stand upright at 0. */
export function upright(panels: readonly Panel[]): ReadonlySet<string> {
  const ends = new Map<string, number>();
  for (const { curves } of panels)
    for (const [id, { mean }] of curves) ends.set(id, Math.max(ends.get(id) ?? 0, mean.at(-1)?.x ?? 0));
  const isMoving = [...ends.values()].some((x) => x > 0);
  return new Set([...ends].flatMap(([id, x]) => (isMoving && x === 0 ? [id] : [])));
}

/** The largest x of all curves. */
export const largestX = (panels: readonly Panel[]): number =>
  panels
    .flatMap(({ curves }) => [...curves.values()].flatMap(({ mean, singles }) => [mean, ...singles]))
    .reduce((most, line) => Math.max(most, line.at(-1)?.x ?? 0), 0);
