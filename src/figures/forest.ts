import { scaleLinear } from "d3-scale";
import { dot, fitted, whiskers } from "./marks";
import { colours, node, picture, rule, text, type SvgNode } from "./svg";

/** A difference of two things with its interval, and what somebody else says of it. */
export interface ForestRow {
  readonly label: string;
  /** Null as long as nothing is known. */
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  /** Whether it can be told from zero; the mark is filled then. */
  readonly isSignificant: boolean;
  /** The side on which it is expected; for `equal`, within `margin` of zero. */
  readonly expected: "above" | "below" | "equal";
  readonly margin: number;
}

/** Rows under a heading; a heading that is empty is left out. */
export interface ForestGroup {
  readonly heading: string;
  readonly rows: readonly ForestRow[];
}

const rowHeight = 34;
const headingHeight = 26;
const top = 18;

/**
 * Differences below each other, as marks with their intervals around a line at zero. A small arrow at the edge points to
 * the side that is expected; a bracket around zero stands for "no difference".
 */
export function forest(
  groups: readonly ForestGroup[],
  width: number,
  format: (value: number) => string,
): SvgNode {
  const rows = groups.flatMap((group) => group.rows);
  const reach = rows
    .flatMap(({ mean, low, high, margin }) => [mean, low, high, margin])
    .reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  const numbers = 104;
  const x = scaleLinear([-(reach || 1), reach || 1], [14, width - numbers - 14]).nice(4);
  const height =
    top +
    groups.reduce(
      (sum, { heading, rows: own }) => sum + (heading ? headingHeight : 0) + own.length * rowHeight,
      0,
    );
  const ticks = x.ticks(width < 480 ? 3 : 5);
  let y = top;
  const drawn = groups.flatMap(({ heading, rows: own }) => {
    const title = heading ? [text(0, y + 18, fitted(heading, width), { weight: 600 })] : [];
    y += heading ? headingHeight : 0;
    return [
      ...title,
      ...own.flatMap((row) => {
        const nodes = drawRow(row, y, { x, width, format });
        y += rowHeight;
        return nodes;
      }),
    ];
  });
  return picture(width, height + 18, [
    ...ticks.flatMap((tick) => [
      rule(x(tick), top, x(tick), height, tick === 0 ? { stroke: colours.quiet } : {}),
      text(x(tick), height + 13, format(tick), { size: 10, colour: colours.quiet, anchor: "middle" }),
    ]),
    text(width, 11, "difference · n", { size: 10, colour: colours.quiet, anchor: "end" }),
    ...drawn,
  ]);
}

interface Place {
  readonly x: (value: number) => number;
  readonly width: number;
  readonly format: (value: number) => string;
}

function drawRow(row: ForestRow, top: number, { x, width, format }: Place): SvgNode[] {
  const { label, mean, n, isSignificant } = row;
  const line = top + 25;
  const value = mean === null ? "not run yet" : `${format(mean)} · ${n}`;
  return [
    // A label may cross the lines of the scale: paper around its letters keeps it readable.
    outlined(text(0, top + 14, fitted(label, width - 110))),
    text(width, line + 4, value, {
      ...{ anchor: "end", size: 11, weight: isSignificant ? 600 : 400 },
      colour: isSignificant ? colours.ink : colours.quiet,
    }),
    ...expectation(row, x, line),
    ...whiskers(row, x, line),
    ...(mean === null ? [] : [mark(x(mean), line, isSignificant)]),
  ];
}

const outlined = (label: SvgNode): SvgNode => ({
  ...label,
  attributes: { ...label.attributes, stroke: colours.paper, "stroke-width": "3", "paint-order": "stroke" },
});

const mark = (cx: number, cy: number, isFilled: boolean): SvgNode =>
  isFilled
    ? dot(cx, cy, 4.2, colours.ink)
    : node("circle", { cx, cy, r: 3.8, fill: colours.paper, stroke: colours.ink, "stroke-width": 1.4 });

function expectation({ expected, margin }: ForestRow, x: (value: number) => number, y: number): SvgNode[] {
  const line = { stroke: colours.hindsight, "stroke-width": 1.6, fill: "none" };
  if (expected === "equal") {
    const half = Math.max(3, x(margin) - x(0));
    const side = (sign: 1 | -1) =>
      node("path", { d: `M${x(0) + sign * (half - 3)},${y - 8}h${sign * 3}v16h${-sign * 3}`, ...line });
    return [side(-1), side(1)];
  }
  const sign = expected === "above" ? 1 : -1;
  const tip = x(0) + sign * 11;
  return [node("path", { d: `M${tip - sign * 5},${y - 5}l${sign * 5},5l${-sign * 5},5`, ...line })];
}
