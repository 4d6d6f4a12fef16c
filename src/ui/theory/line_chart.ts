import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import type { FigureTable } from "../../figures/figure_text";
import { diamond, fitted } from "../../figures/marks";
import { colours, node, picture, rule, text, type SvgNode } from "../../figures/svg";

export interface ChartPoint {
  readonly x: number;
  /** Null where nothing is known: the line breaks. */
  readonly y: number | null;
}

export interface ChartLine {
  /** Written where the line ends, so that no colour has to be told from another. */
  readonly name: string;
  readonly points: readonly ChartPoint[];
  readonly colour?: keyof typeof colours;
  readonly dash?: string;
}

export interface ChartMark {
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

export interface LineChart {
  readonly lines: readonly ChartLine[];
  /** Single values of interest: where the run stands, or the point that the text speaks of. */
  readonly marks?: readonly ChartMark[];
  readonly xName: string;
  readonly yName: string;
  readonly xScale?: "linear" | "log";
  readonly formatX: (x: number) => string;
  /** x counts something: no ticks between. */
  readonly isCount?: boolean;
  readonly formatY: (y: number) => string;
  /** Values that the y axis reaches at least. */
  readonly atLeast: readonly [number, number];
}

const height = 220;
const margin = { top: 22, bottom: 34, left: 38 };
const labelHeight = 14;

/** Lines over one axis, each named at its right end; marks are diamonds with a label. */
export function lineChart(chart: LineChart, width: number): SvgNode {
  const { lines, marks = [], xName, yName, xScale = "linear", isCount, formatX, formatY, atLeast } = chart;
  const right = Math.min(150, width * 0.36);
  const points = lines.flatMap((one) => known(one.points));
  const [low, high] = [extreme(points, "x", Math.min), extreme(points, "x", Math.max)];
  const x = (xScale === "log" ? scaleLog : scaleLinear)(
    [low, high > low ? high : low + 1],
    [margin.left, width - right],
  );
  const y = scaleLinear(
    [
      Math.min(atLeast[0], extreme(points, "y", Math.min)),
      Math.max(atLeast[1], extreme(points, "y", Math.max)),
    ],
    [height - margin.bottom, margin.top],
  ).nice(4);
  const path = line<ChartPoint>(
    (point) => x(point.x),
    (point) => y(point.y!),
  )
    .defined((point) => point.y !== null)
    .digits(2);
  const quiet = { size: 10, colour: colours.quiet } as const;
  const bottom = height - margin.bottom;
  return picture(width, height, [
    text(0, 10, yName, quiet),
    text(width - right, height - 4, xName, { ...quiet, anchor: "end" }),
    ...y
      .ticks(4)
      .flatMap((tick) => [
        rule(margin.left, y(tick), width - right, y(tick)),
        text(margin.left - 5, y(tick) + 3, formatY(tick), { ...quiet, anchor: "end" }),
      ]),
    ...ticksOf(x, xScale, width - right)
      .filter((tick) => !isCount || Number.isInteger(tick))
      .map((tick) => text(x(tick), bottom + 14, formatX(tick), { ...quiet, anchor: "middle" })),
    ...lines.map(({ points: own, colour = "ink", dash }) =>
      node("path", {
        ...{ d: path(own) ?? "", fill: "none", stroke: colours[colour], "stroke-width": 1.75 },
        ...{ "stroke-dasharray": dash ?? null, "stroke-linejoin": "round" },
      }),
    ),
    ...endLabels(lines, y, width - right + 6, right - 6),
    ...marks.flatMap((mark) => {
      const [left, top] = [x(Math.min(high, Math.max(low, mark.x))), y(mark.y)];
      const isRight = left > width * 0.45;
      return [
        diamond(left, top, 5),
        text(left + (isRight ? -9 : 9), top - 6, mark.label, {
          ...{ size: 11, weight: 600, anchor: isRight ? "end" : "start" },
        }),
      ];
    }),
  ]);
}

type Scale = { ticks(count?: number): number[] };

/** Powers of ten on a logarithmic axis; else as many as there is room for. */
const ticksOf = (scale: Scale, kind: "linear" | "log", width: number): number[] =>
  kind === "log"
    ? scale.ticks().filter((tick) => /^1e/.test(tick.toExponential(0)))
    : scale.ticks(Math.max(2, Math.floor(width / 90)));

const known = (points: readonly ChartPoint[]): { x: number; y: number }[] =>
  points.flatMap(({ x, y }) => (y === null || !Number.isFinite(y) ? [] : [{ x, y }]));

const extreme = (
  points: readonly { x: number; y: number }[],
  axis: "x" | "y",
  of: (a: number, b: number) => number,
): number => points.reduce((best, point) => of(best, point[axis]), points[0]?.[axis] ?? 0);

/** Names beside the ends of the lines, moved apart where they would cover each other. */
function endLabels(
  lines: readonly ChartLine[],
  y: (value: number) => number,
  left: number,
  room: number,
): SvgNode[] {
  const ends = lines
    .flatMap(({ name, points, colour = "ink" }) => {
      const last = known(points).at(-1);
      return last ? [{ name, colour, top: y(last.y) + 4 }] : [];
    })
    .sort((a, b) => a.top - b.top);
  ends.forEach((end, i) => {
    if (i > 0) end.top = Math.max(end.top, ends[i - 1].top + labelHeight);
  });
  const beyond = (ends.at(-1)?.top ?? 0) - (height - margin.bottom + 4);
  if (beyond > 0) for (const end of ends) end.top -= beyond;
  return ends.map(({ name, colour, top }) =>
    text(left, top, fitted(name, room, 11), { size: 11, colour: labelColour(colour) }),
  );
}

/** Lines may be pale, words must be read. */
const labelColour = (colour: keyof typeof colours): string =>
  colour === "quiet" ? colours.quiet : colours.ink;

/** One row for each x that a line has. */
export function lineChartTable({ lines, xName }: LineChart): FigureTable {
  const all = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const values = lines.map(({ points }) => new Map(points.map(({ x, y }) => [x, y])));
  return {
    columns: [xName, ...lines.map(({ name }) => name)],
    rows: all.map((x) => [x, ...values.map((of) => of.get(x) ?? null)]),
  };
}
