import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { decimated, type Point } from "./decimate";
import { colours, node, picture, rule, text, type SvgNode } from "./svg";

export interface CurveSeries {
  readonly name: string;
  readonly points: readonly Point[];
}

/** Measured now and then: a mark for each. */
export interface CurveMarks {
  readonly shape: "circle" | "square" | "diamond" | "cross";
  readonly points: readonly Point[];
}

export interface CurveData {
  readonly series: readonly CurveSeries[];
  /** Earlier runs, behind the present one, each in a dash of its own. */
  readonly ghosts: readonly CurveSeries[];
  readonly marks: readonly CurveMarks[];
}

export interface CurveLayout {
  readonly width: number;
  readonly height: number;
  /** Largest x of all curves that stand side by side. */
  readonly xMax: number;
  /** Values that the axis reaches at least. */
  readonly atLeast: readonly [number, number];
  readonly formatY: (value: number) => string;
  /** Where all curves are read: an x, or null. */
  readonly cursor?: number | null;
}

/** Dashes of earlier runs, in the order in which the legend names them. */
export const ghostDashes = ["4 3", "1.5 2.5", "8 3 1.5 3"] as const;

export const ghostDashNames = ["dashed", "dotted", "dash-dotted"] as const;

const margin = { top: 14, right: 6, bottom: 5, left: 34 };

/** Scales of a curve: x to pixels from the left, y to pixels from the top; y's ends are round numbers. */
export function curveScales(data: CurveData, { width, height, xMax, atLeast }: CurveLayout) {
  const values = [...data.series, ...data.ghosts, ...data.marks].flatMap(({ points }) =>
    points.flatMap(({ y }) => (y === null || !Number.isFinite(y) ? [] : [y])),
  );
  const low = values.reduce((least, y) => Math.min(least, y), atLeast[0]);
  const high = values.reduce((most, y) => Math.max(most, y), atLeast[1]);
  return {
    x: scaleLinear([0, Math.max(1, xMax)], [margin.left, width - margin.right]),
    y: scaleLinear([low, high], [height - margin.bottom, margin.top]).nice(2),
  };
}

/** The x of a point so many pixels from the left of a curve. */
export const curveX = (left: number, width: number, xMax: number): number =>
  scaleLinear([margin.left, width - margin.right], [0, Math.max(1, xMax)]).clamp(true)(left);

/**
 * A small line chart: the run's curve over the ghosts of earlier ones, marks of evaluations, and what the shared
 * cursor reads. Lines of a thousand points and more are thinned out without changing their look.
 */
export function curveFigure(data: CurveData, layout: CurveLayout): SvgNode {
  const { width, height, formatY, cursor = null } = layout;
  const { x, y } = curveScales(data, layout);
  const path = line<Point>(
    (point) => x(point.x),
    (point) => y(point.y!),
  )
    .defined((point) => point.y !== null && Number.isFinite(point.y))
    .digits(2);
  const draw = ({ points }: CurveSeries, stroke: string, dash: string | null) =>
    node("path", {
      d: path(decimated(points, 4 * width)) ?? "",
      ...{ fill: "none", stroke, "stroke-width": dash ? 1.2 : 1.75, "stroke-dasharray": dash },
      ...{ "stroke-linejoin": "round", "stroke-linecap": dash ? "butt" : "round" },
    });
  const [low, high] = y.domain();
  const levels = [high, (low + high) / 2, low];
  return picture(width, height, [
    ...levels.map((level) => rule(0, y(level), width, y(level), { "shape-rendering": "crispEdges" })),
    ...levels.map((level) => text(0, y(level) - 3, formatY(level), { size: 10, colour: colours.quiet })),
    ...data.ghosts.map((series, i) => draw(series, colours.quiet, ghostDashes[i % ghostDashes.length])),
    ...data.series.map((series) => draw(series, colours.ink, null)),
    ...data.marks.flatMap(({ shape, points }) =>
      points.flatMap((point) => (point.y === null ? [] : [mark(shape, x(point.x), y(point.y))])),
    ),
    ...(cursor === null ? [] : cursorNodes(data, x(cursor), cursor, x, y, height)),
  ]);
}

type Scale = (value: number) => number;

function cursorNodes(
  data: CurveData,
  left: number,
  cursor: number,
  x: Scale,
  y: Scale,
  height: number,
): SvgNode[] {
  const read = data.series.flatMap((series) => {
    const point = nearest(series.points, cursor);
    return point === null ? [] : [point];
  });
  return [
    rule(left, 0, left, height, { stroke: colours.quiet, "stroke-dasharray": "1 2" }),
    ...read.map((point) => node("circle", { cx: x(point.x), cy: y(point.y!), r: 3, fill: colours.ink })),
  ];
}

/** The known point whose x is nearest; null when there is none. Points are in order of x. */
export function nearest(points: readonly Point[], x: number): Point | null {
  let best: Point | null = null;
  for (const point of points)
    if (point.y !== null && (best === null || Math.abs(point.x - x) < Math.abs(best.x - x))) best = point;
  return best;
}

const small = { stroke: colours.quiet, fill: colours.paper, "stroke-width": 1.1 };

function mark(shape: CurveMarks["shape"], x: number, y: number): SvgNode {
  if (shape === "circle")
    return node("circle", {
      cx: x,
      cy: y,
      r: 3.1,
      fill: colours.paper,
      stroke: colours.ink,
      "stroke-width": 1.5,
    });
  if (shape === "cross")
    return node("path", {
      d: `M${(x - 4).toFixed(2)} ${(y - 4).toFixed(2)}l8 8m0 -8l-8 8`,
      ...{ stroke: colours.ink, "stroke-width": 2, fill: "none" },
    });
  if (shape === "square") return node("rect", { x: x - 2, y: y - 2, width: 4, height: 4, ...small });
  return node("rect", {
    ...{ x: x - 2, y: y - 2, width: 4, height: 4, ...small },
    transform: `rotate(45 ${x.toFixed(2)} ${y.toFixed(2)})`,
  });
}
