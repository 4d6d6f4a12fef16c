import type { BandSeries } from "../../figures/bands";
import type { FigureTable, FigureText } from "../../figures/figure_text";
import { seriesLook } from "../../figures/series_looks";
import type { UnitResult } from "../../experiments/experiment";
import { axes, comparedMetrics, type ComparedMetric } from "../compare/compared_metrics";
import { sampledOf, seriesCurve } from "../compare/curve_data";
import { publishedCurves, type Published } from "../compare/published";

/** How a number went over the course of training, an arm a series. */
export interface LearningCurves {
  readonly series: readonly BandSeries[];
  readonly xMax: number;
  readonly xName: string;
  readonly words: FigureText;
  readonly table: FigureTable;
}

/** Metrics that some unit has. */
export const metricsOf = (published: Published): ComparedMetric[] =>
  comparedMetrics.filter((metric) =>
    resultsOf(published).some((result) => pointsOf(result, metric, "step").some(({ y }) => y !== null)),
  );

const resultsOf = ({ entries }: Published): UnitResult[] =>
  entries.flatMap(({ source }) => ("unit" in source && source.result ? [source.result] : []));

const pointsOf = (result: UnitResult, metric: ComparedMetric, axis: keyof typeof axes) =>
  sampledOf(publishedCurves(result), metric, axis);

/** The arms of a part: means over models and seeds with their 95 % intervals, over responses where all generate some. */
export function learningCurves(published: Published, part: string, metric: ComparedMetric): LearningCurves {
  const own = resultsOf(published).filter((result) => result.part === part);
  const generates = own.every(({ curve }) => (curve["responses"]?.at(-1) ?? 0) > 0);
  const axis = generates ? "responses" : "step";
  const arms = [...new Set(own.map(({ arm }) => arm))];
  const series = arms.map((arm, i): BandSeries => {
    const runs = own.filter((result) => result.arm === arm).map((result) => pointsOf(result, metric, axis));
    const { mean, band } = seriesCurve(runs, "interval");
    return {
      ...{ name: arm, look: seriesLook(i), line: mean, band },
      ...{ raw: [], singles: [], rank: "plain" },
    };
  });
  const ends = series.flatMap(({ name, line }) => {
    const y = line.at(-1)?.y ?? null;
    return y === null ? [] : [`${name} ends at ${metric.format(y)}`];
  });
  return {
    series,
    xMax: Math.max(0, ...series.flatMap(({ line }) => line.map(({ x }) => x))),
    xName: axes[axis].label,
    words: {
      title: `${metric.label}, ${part}`,
      summary: `over ${axes[axis].label}: ${ends.join("; ")}.`,
      legend: "a line is the mean over models and seeds, its band the 95 % interval",
      caption: `${metric.meaning}, over ${axes[axis].label}.`,
    },
    table: {
      columns: ["arm", axes[axis].label, metric.label, "low", "high"],
      rows: series.flatMap(({ name, line, band }) =>
        line.map(({ x, y }) => {
          const spread = band.find((one) => one.x === x);
          return [name, x, y, spread?.low ?? null, spread?.high ?? null];
        }),
      ),
    },
  };
}
