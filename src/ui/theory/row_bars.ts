import type { FigureTable } from "../../figures/figure_text";
import { fitted, lyingBar } from "../../figures/marks";
import { bar, colours, picture, rule, text, type SvgNode } from "../../figures/svg";

export interface BarColumn {
  readonly name: string;
  /** Signed bars point away from a zero in the middle, amounts grow from the left. */
  readonly kind: "amount" | "signed";
  readonly format: (value: number) => string;
  /** The length of a full bar stands for at least this. */
  readonly atLeast?: number;
}

export interface BarRow {
  readonly label: string;
  /** One value a column; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Drawn in the colour of hindsight, where the value has no sign. */
  readonly isHindsight?: boolean;
  readonly isStrong?: boolean;
}

export interface RowBars {
  readonly rowName: string;
  readonly columns: readonly BarColumn[];
  readonly rows: readonly BarRow[];
}

const rowHeight = 22;
const headHeight = 20;
const numberWidth = 52;
const gap = 12;

/** A row a thing, a bar a number: each column has a scale of its own. */
export function rowBars({ rowName, columns, rows }: RowBars, width: number): SvgNode {
  const labelWidth = Math.min(150, width * (columns.length > 2 ? 0.27 : 0.37));
  const columnWidth = (width - labelWidth) / columns.length;
  return picture(width, headHeight + rows.length * rowHeight, [
    text(0, 11, rowName, { size: 11, colour: colours.quiet }),
    ...columns.map(({ name }, c) =>
      text(labelWidth + c * columnWidth, 11, fitted(name, columnWidth - gap, 11), {
        ...{ size: 11, colour: colours.quiet },
      }),
    ),
    ...rows.flatMap(({ label, isStrong }, i) =>
      text(0, headHeight + i * rowHeight + 12, fitted(label, labelWidth - 8), {
        weight: isStrong ? 600 : 400,
      }),
    ),
    ...columns.flatMap((column, c) => {
      const left = labelWidth + c * columnWidth;
      const room = Math.max(8, columnWidth - gap - numberWidth);
      const reach = rows.reduce((most, { values }) => Math.max(most, Math.abs(values[c] ?? 0)), 0);
      const full = Math.max(reach, column.atLeast ?? 0) || 1;
      return rows.flatMap((row, i) => cell(row, column, row.values[c], { left, room, full, i }));
    }),
  ]);
}

interface Place {
  readonly left: number;
  readonly room: number;
  readonly full: number;
  readonly i: number;
}

function cell(
  { isHindsight, isStrong }: BarRow,
  { kind, format }: BarColumn,
  value: number | null,
  { left, room, full, i }: Place,
): SvgNode[] {
  const y = headHeight + i * rowHeight + 3;
  const number = text(left + room + numberWidth - 4, y + 9, value === null ? "–" : format(value), {
    ...{ anchor: "end", weight: isStrong ? 600 : 400 },
  });
  const track = bar({ x: left, y, width: room, height: 10 }, colours.track);
  if (value === null) return [track, number];
  const fill = isHindsight ? colours.hindsight : colours.bar;
  if (kind === "amount")
    return [track, bar({ x: left, y, width: (room * Math.max(0, value)) / full, height: 10 }, fill), number];
  const zero = left + room / 2;
  const length = (value / full) * (room / 2 - 1);
  return [
    track,
    rule(zero, y - 1, zero, y + 11, { stroke: colours.quiet }),
    ...lyingBar(zero, y, length, 1, 10),
    number,
  ];
}

export const rowBarsTable = ({ rowName, columns, rows }: RowBars): FigureTable => ({
  columns: [rowName, ...columns.map(({ name }) => name)],
  rows: rows.map(({ label, values }) => [label, ...values]),
});
