import { scaleLinear } from "d3-scale";
import { dot, fitted, whiskers } from "./marks";
import { colours, picture, rule, text, type SvgNode } from "./svg";

export interface DotRow {
  readonly label: string;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** Rows that are compared with each other, and where all of them began. */
export interface DotPanel {
  readonly heading: string;
  readonly rows: readonly DotRow[];
  /** A dashed line: the same measure before training; null where it was not measured. */
  readonly start: number | null;
}

const headingHeight = 30;
const rowHeight = 22;
const footHeight = 22;

/** Estimates with their intervals, a panel below the other, all on one scale that need not begin at zero. */
export function estimateDots(
  panels: readonly DotPanel[],
  width: number,
  format: (value: number) => string,
): SvgNode {
  const values = panels
    .flatMap(({ rows, start }) => [start, ...rows.flatMap(({ mean, low, high }) => [mean, low, high])])
    .filter((value) => value !== null);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.min(190, width * 0.34);
  const span = values.length === 0 ? [0, 1] : least === most ? [least - 0.5, most + 0.5] : [least, most];
  const x = scaleLinear(span, [room, width - 92]).nice(4);
  const ticks = x.ticks(width < 480 ? 2 : 5);
  const height = panels.reduce((sum, { rows }) => sum + headingHeight + rows.length * rowHeight, 0);
  const quiet = { size: 10, colour: colours.quiet } as const;
  let y = 0;
  const drawn = panels.flatMap(({ heading, rows, start }) => {
    const [from, first] = [y, y + headingHeight];
    y = first + rows.length * rowHeight;
    return [
      text(0, from + 20, fitted(heading, width), { weight: 600 }),
      ...ticks.map((tick) => rule(x(tick), first - 4, x(tick), y)),
      ...(start === null
        ? []
        : [rule(x(start), first - 4, x(start), y, { stroke: colours.quiet, "stroke-dasharray": "3 3" })]),
      ...rows.flatMap((row, i) => drawRow(row, first + i * rowHeight + 10, { x, room, width, format })),
    ];
  });
  return picture(width, height + footHeight, [
    ...drawn,
    ...ticks.map((tick) => text(x(tick), height + 14, format(tick), { ...quiet, anchor: "middle" })),
  ]);
}

interface Place {
  readonly x: (value: number) => number;
  readonly room: number;
  readonly width: number;
  readonly format: (value: number) => string;
}

function drawRow(row: DotRow, y: number, { x, room, width, format }: Place): SvgNode[] {
  const { label, mean, n } = row;
  return [
    text(0, y + 4, fitted(label, room - 8)),
    text(width, y + 4, mean === null ? "–" : `${format(mean)} · ${n}`, {
      ...{ size: 11, anchor: "end", colour: colours.quiet },
    }),
    ...whiskers(row, x, y),
    ...(mean === null ? [] : [dot(x(mean), y, 3.8, colours.ink)]),
  ];
}
