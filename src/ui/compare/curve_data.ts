import { meanOf, meanOrNull } from "../../analysis/mean";
import { estimateMean } from "../../analysis/statistics/estimate";
import type { Spread } from "../../figures/bands";
import type { Point } from "../../figures/decimate";
import type { Columns, RunCurves } from "../../runs/run_curves";
import { axes, type Axis, type ComparedMetric } from "./compared_metrics";

/** A number of a run after an update. */
interface Sampled {
  readonly step: number;
  readonly x: number;
  readonly y: number | null;
}

/** How a series tells the spread over its seeds. */
export type SpreadKind = "range" | "interval" | "none";

export interface SeriesCurve {
  /** The mean over its runs, and the spread around it; of one run its own curve, and no spread. */
  readonly mean: readonly Point[];
  readonly band: readonly Spread[];
  readonly singles: readonly (readonly Point[])[];
}

/** A run's numbers of a metric, over an axis. */
export function sampledOf(
  { columns, evaluations }: RunCurves,
  metric: ComparedMetric,
  axis: Axis,
): Sampled[] {
  const steps = columns["step"] ?? [];
  const { column } = axes[axis];
  if (!metric.evaluated) {
    const values = columns[metric.id] ?? [];
    const xs = columns[column] ?? [];
    return steps.map((step, i) => ({ step: step!, x: xs[i] ?? 0, y: values[i] ?? null }));
  }
  const { split, field } = metric.evaluated;
  return evaluations
    .filter((row) => row.split === split)
    .map((row) => {
      const value = (row as unknown as Record<string, unknown>)[field];
      const y = typeof value === "number" ? value : null;
      return { step: row.step, x: xAfter(columns, column, row.step), y };
    });
}

/** What a column counts after an update: 0 before the first, and in proportion between two that are recorded. */
export function xAfter(columns: Columns, column: string, step: number): number {
  if (column === "step") return step;
  const [steps, values] = [columns["step"] ?? [], columns[column] ?? []];
  const after = steps.findIndex((one) => one! >= step);
  if (after < 0) return values.at(-1) ?? 0;
  if (step === 0) return 0;
  const [left, right] = [after > 0 ? steps[after - 1]! : 0, steps[after]!];
  const [low, high] = [after > 0 ? (values[after - 1] ?? 0) : 0, values[after] ?? 0];
  return low + ((high - low) * (step - left)) / (right - left);
}

/**
 * A series from its runs: the mean, update by update, as far as all of them go, over the mean of their x, with the range
 * of their values or the 95 % interval of the mean.
 */
export function seriesCurve(runs: readonly (readonly Sampled[])[], spread: SpreadKind): SeriesCurve {
  const singles = runs.map((run) => run.map(({ x, y }) => ({ x, y })));
  if (runs.length === 1) return { mean: singles[0], band: [], singles: [] };
  const byStep = runs.map((run) => new Map(run.map((one) => [one.step, one])));
  const common = (runs[0] ?? []).filter(({ step }) => byStep.every((run) => run.has(step)));
  const mean: Point[] = [];
  const band: Spread[] = [];
  for (const { step } of common) {
    const here = byStep.map((run) => run.get(step)!);
    const x = meanOf(here.map((one) => one.x));
    const known = here.flatMap(({ y }) => (y === null ? [] : [y]));
    mean.push({ x, y: meanOrNull(known) });
    if (known.length < 2 || spread === "none") continue;
    if (spread === "range") band.push({ x, low: Math.min(...known), high: Math.max(...known) });
    else {
      const { low, high } = estimateMean(known);
      band.push({ x, low: low!, high: high! });
    }
  }
  return { mean, band, singles };
}

/**
 * A line smoothed by an exponential moving average that forgets nothing at its start: each point is Σ β^age y / Σ β^age
 * over those before it. Gaps stay, and count for nothing.
 */
export function smoothed(points: readonly Point[], weight: number): readonly Point[] {
  if (weight <= 0) return points;
  let [sum, total] = [0, 0];
  return points.map(({ x, y }) => {
    if (y === null) return { x, y };
    sum = weight * sum + y;
    total = weight * total + 1;
    return { x, y: sum / total };
  });
}
