import { scaleLinear } from "d3-scale";
import { decimated, type Point } from "./decimate";
import { fitted } from "./marks";
import { lookAttributes, type SeriesLook } from "./series_looks";
import { colours, node, picture, rule, rounded, text, type SvgNode } from "./svg";

/** The spread of a series over its runs at one x. */
export interface Spread {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

export interface BandSeries {
  readonly name: string;
  readonly look: SeriesLook;
  /** The line that stands for the series: a mean, smoothed or not. */
  readonly line: readonly Point[];
  /** The same before it was smoothed; empty where it was not. */
  readonly raw: readonly Point[];
  readonly band: readonly Spread[];
  /** Its runs one by one, where they are asked for. */
  readonly singles: readonly (readonly Point[])[];
  /** Pinned series stand before the others, which then stand back. */
  readonly rank: "plain" | "pinned" | "back";
}

/** A number from elsewhere, never one of the series: a dashed line across. */
export interface Reference {
  readonly label: string;
  readonly y: number;
}

export interface BandsData {
  readonly series: readonly BandSeries[];
  readonly references: readonly Reference[];
}

export interface BandsLayout {
  readonly width: number;
  readonly height: number;
  /** Largest x of all figures that stand side by side. */
  readonly xMax: number;
  readonly xName: string;
  /** Values that the y axis reaches at least. */
  readonly atLeast: readonly [number, number];
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
}

/** A filled or a drawn outline in pixels; a corner that is null breaks the line. */
export interface BandShape {
  readonly kind: "area" | "line";
  readonly points: readonly (readonly [x: number, y: number] | null)[];
  readonly look: SeriesLook;
  readonly width: number;
  readonly opacity: number;
}

/** Of the line of a pinned series. */
export const pinnedWidth = 2.75;

const margin = { top: 16, right: 8, bottom: 20, left: 36 };

/** Scales of a figure: x to pixels from the left, y to pixels from the top; y's ends are round numbers. */
export function bandScales({ series, references }: BandsData, layout: BandsLayout) {
  const { width, height, xMax, atLeast } = layout;
  let [low, high] = atLeast;
  const reach = (y: number | null) => {
    if (y === null || !Number.isFinite(y)) return;
    low = Math.min(low, y);
    high = Math.max(high, y);
  };
  for (const { line, raw, band, singles } of series) {
    // A smoothed line stays within what it was smoothed from.
    const drawn = raw.length > 0 ? raw : line;
    for (const points of [drawn, ...singles]) for (const { y } of points) reach(y);
    for (const one of band) [one.low, one.high].forEach(reach);
  }
  for (const { y } of references) reach(y);
  return {
    x: scaleLinear([0, xMax > 0 ? xMax : 1], [margin.left, width - margin.right]),
    y: scaleLinear([low, high], [height - margin.bottom, margin.top]).nice(4),
  };
}

type Scales = ReturnType<typeof bandScales>;

/** The x of a point so many pixels from the left. */
export const bandsX = (left: number, { width, xMax }: Pick<BandsLayout, "width" | "xMax">): number =>
  scaleLinear([margin.left, width - margin.right], [0, xMax > 0 ? xMax : 1]).clamp(true)(left);

/** Everything that is drawn of the series, from the back to the front. Long lines are thinned without changing their look. */
export function bandShapes({ series }: BandsData, layout: BandsLayout, { x, y }: Scales): BandShape[] {
  const solid = (look: SeriesLook): SeriesLook => ({ ...look, dash: [] });
  const corners = (points: readonly Point[]): BandShape["points"] =>
    decimated(points, layout.width).map((point) =>
      point.y === null || !Number.isFinite(point.y) ? null : [x(point.x), y(point.y)],
    );
  const back = series.flatMap(({ look, band, singles, raw, rank }): BandShape[] => {
    const faint = rank === "back" ? 0.35 : 1;
    const area: BandShape = {
      ...{ kind: "area", look: solid(look), width: 0, opacity: 0.14 * faint },
      points: [
        ...band.map(({ x: at, high }) => [x(at), y(high)] as const),
        ...band.toReversed().map(({ x: at, low }) => [x(at), y(low)] as const),
      ],
    };
    const thin = (points: readonly Point[], opacity: number): BandShape => ({
      ...{ kind: "line", points: corners(points), look: solid(look), width: 1, opacity: opacity * faint },
    });
    return [
      ...(band.length > 1 ? [area] : []),
      ...singles.map((points) => thin(points, 0.45)),
      ...(raw.length > 0 ? [thin(raw, 0.3)] : []),
    ];
  });
  const front = series.toSorted((a, b) => depth(a) - depth(b));
  return [
    ...back,
    ...front.map(({ look, line, rank }): BandShape => ({
      ...{ kind: "line", points: corners(line), look },
      width: rank === "pinned" ? pinnedWidth : 1.6,
      opacity: rank === "back" ? 0.4 : 1,
    })),
  ];
}

const depth = ({ rank }: BandSeries): number => ["back", "plain", "pinned"].indexOf(rank);

/** Axes, their numbers, and reference lines: what changes less often than the series. */
export function bandsFrame({ references }: BandsData, layout: BandsLayout, { x, y }: Scales): SvgNode[] {
  const { width, height, xName, formatX, formatY } = layout;
  const quiet = { size: 10, colour: colours.quiet } as const;
  const right = width - margin.right;
  const levels = y.ticks(4);
  const places = x.ticks(Math.max(2, Math.floor(width / 110))).filter((tick) => tick > 0);
  return [
    ...levels.flatMap((level) => [
      rule(margin.left, y(level), right, y(level), { "shape-rendering": "crispEdges" }),
      text(margin.left - 5, y(level) + 3, formatY(level), { ...quiet, anchor: "end" }),
    ]),
    ...places.map((tick) => text(x(tick), height - 7, formatX(tick), { ...quiet, anchor: "middle" })),
    text(margin.left, height - 7, xName, quiet),
    ...references.map(({ y: level }) =>
      rule(margin.left, y(level), right, y(level), { stroke: colours.quiet, "stroke-dasharray": "2 3" }),
    ),
    ...labelPlaces(references, y).map(({ label, top }) =>
      legible(text(right, top, fitted(label, right - margin.left, 10), { ...quiet, anchor: "end" })),
    ),
  ];
}

/** Words that stand over lines, with a margin of paper around them. */
const legible = (words: SvgNode): SvgNode => ({
  ...words,
  attributes: { ...words.attributes, stroke: colours.paper, "stroke-width": "3", "paint-order": "stroke" },
});

const labelHeight = 11;

/** Labels above their lines, from the top down, moved apart where they would cover each other. */
function labelPlaces(references: readonly Reference[], y: Scales["y"]): { label: string; top: number }[] {
  let last = -Infinity;
  return references
    .toSorted((a, b) => b.y - a.y)
    .map(({ label, y: level }) => ({ label, top: (last = Math.max(last + labelHeight, y(level) - 3)) }));
}

/** Where all figures are read, and what each series is there. */
export function bandsCursor(
  { series }: BandsData,
  { height }: BandsLayout,
  { x, y }: Scales,
  cursor: number,
): SvgNode[] {
  const read = series.flatMap(({ line, look, rank }) => {
    const point = pointAt(line, cursor);
    return point && rank !== "back" ? [{ point, look }] : [];
  });
  return [
    rule(x(cursor), margin.top - 6, x(cursor), height - margin.bottom, {
      ...{ stroke: colours.quiet, "stroke-dasharray": "1 2" },
    }),
    ...read.map(({ point, look }) =>
      node("circle", { cx: x(point.x), cy: y(point.y!), r: 3, fill: look.colour }),
    ),
  ];
}

/** The known point of a line whose x is nearest; null where there is none. Points are in order of x. */
export function pointAt(line: readonly Point[], x: number): Point | null {
  let [low, high] = [0, line.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (line[middle].x < x) low = middle + 1;
    else high = middle;
  }
  const before = known(line, low - 1, -1);
  const after = known(line, low, 1);
  if (!before || !after) return before ?? after;
  return x - before.x <= after.x - x ? before : after;
}

function known(line: readonly Point[], from: number, by: 1 | -1): Point | null {
  for (let i = from; i >= 0 && i < line.length; i += by) if (line[i].y !== null) return line[i];
  return null;
}

/** The whole figure as a picture: curves with bands over their axes. */
export function bandsFigure(data: BandsData, layout: BandsLayout): SvgNode {
  const scales = bandScales(data, layout);
  return picture(layout.width, layout.height, [
    ...bandsFrame(data, layout, scales),
    ...bandShapes(data, layout, scales).map(shapeNode),
  ]);
}

function shapeNode({ kind, points, look, width, opacity }: BandShape): SvgNode {
  const d = points
    .map((corner, i) => corner && `${points[i - 1] ? "L" : "M"}${rounded(corner[0])},${rounded(corner[1])}`)
    .join("");
  if (kind === "area") return node("path", { d: `${d}Z`, fill: look.colour, "fill-opacity": opacity });
  return node("path", {
    ...{ d, fill: "none", ...lookAttributes(look), "stroke-width": width, "stroke-linejoin": "round" },
    "stroke-opacity": opacity === 1 ? null : opacity,
  });
}
