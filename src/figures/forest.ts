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

const headingHeight = 28;
const top = 18;
const numbersWidth = 96;
/** Pixels of a letter, on average. */
const letter = 7;

/**
 * Differences below each other, as marks with their intervals around a line at zero: beside their labels, or below them
 * where those are too long for that. An arrow at the edge points to the side that is expected; brackets around zero
 * stand for "no difference".
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
  const longest = Math.max(0, ...rows.map(({ label }) => label.length)) * letter;
  const isStacked = longest > width * 0.36;
  const [left, right] = [(isStacked ? 0 : longest) + 18, width - numbersWidth - 16];
  const x = scaleLinear([-(reach || 1), reach || 1], [left, right]).nice(4);
  const ticks = x.ticks(right - left < 340 ? 2 : 5);
  const place: Place = { x, left, right, width, isStacked, format };
  const rowHeight = isStacked ? 38 : 23;
  let y = top;
  const drawn = groups.flatMap(({ heading, rows: own }) => {
    const title = heading ? [text(0, y + 19, fitted(heading, width), { weight: 600 })] : [];
    const first = y + (heading ? headingHeight : 0);
    y = first + own.length * rowHeight;
    return [
      ...ticks.map((tick) => rule(x(tick), first, x(tick), y, tick === 0 ? { stroke: colours.quiet } : {})),
      ...title,
      ...own.flatMap((row, i) => drawRow(row, first + i * rowHeight, place)),
    ];
  });
  return picture(width, y + 18, [
    text(width, 11, "difference · pairs", { size: 10, colour: colours.quiet, anchor: "end" }),
    ...drawn,
    ...ticks.map((tick) =>
      text(x(tick), y + 13, format(tick), { size: 10, colour: colours.quiet, anchor: "middle" }),
    ),
  ]);
}

interface Place {
  readonly x: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly isStacked: boolean;
  readonly format: (value: number) => string;
}

function drawRow(row: ForestRow, top: number, place: Place): SvgNode[] {
  const { label, mean, n, isSignificant } = row;
  const { x, width, isStacked, format } = place;
  const line = top + (isStacked ? 27 : 12);
  const value = mean === null ? "not run yet" : `${format(mean)} · ${n}`;
  return [
    ...(isStacked ? [onPaper(text(0, top + 15, fitted(label, width)))] : [text(0, line + 4, label)]),
    text(width, line + 4, value, {
      ...{ anchor: "end", size: 11, weight: isSignificant ? 600 : 400 },
      colour: isSignificant ? colours.ink : colours.quiet,
    }),
    ...expectation(row, line, place),
    ...whiskers(row, x, line),
    ...(mean === null ? [] : [mark(x(mean), line, isSignificant)]),
  ];
}

/** A label that crosses the lines of the scale: paper around its letters keeps it readable. */
const onPaper = (label: SvgNode): SvgNode => ({
  ...label,
  attributes: { ...label.attributes, stroke: colours.paper, "stroke-width": "4", "paint-order": "stroke" },
});

const mark = (cx: number, cy: number, isFilled: boolean): SvgNode =>
  isFilled
    ? dot(cx, cy, 4.2, colours.ink)
    : node("circle", { cx, cy, r: 3.8, fill: colours.paper, stroke: colours.ink, "stroke-width": 1.4 });

function expectation({ expected, margin }: ForestRow, y: number, { x, left, right }: Place): SvgNode[] {
  const line = { stroke: colours.hindsight, "stroke-width": 1.6, fill: "none" };
  if (expected === "equal") {
    const half = Math.max(3, x(margin) - x(0));
    const side = (sign: 1 | -1) =>
      node("path", { d: `M${x(0) + sign * (half - 3)},${y - 8}h${sign * 3}v16h${-sign * 3}`, ...line });
    return [side(-1), side(1)];
  }
  const [tip, sign] = expected === "above" ? [right + 10, 1] : [left - 10, -1];
  return [node("path", { d: `M${tip - sign * 5},${y - 5}l${sign * 5},5l${-sign * 5},5`, ...line })];
}
