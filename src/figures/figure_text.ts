import { significant } from "./format";

/** The words around a picture: `Figure.svelte` and `exportFigure` ask for them. */
export interface FigureText {
  readonly title: string;
  /** What it shows, in numbers, for those who do not see it. */
  readonly summary: string;
  /** What colours, dashes and marks mean, for the exported file. */
  readonly legend: string;
  /** What to look for. */
  readonly caption: string;
}

export type Cell = string | number | null;

/** The numbers behind a picture, unrounded; null where nothing was measured. */
export interface FigureTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A cell as a page shows it: three significant digits, a dash for what was not measured. */
export function cellText(cell: Cell): string {
  if (cell === null) return "–";
  return typeof cell === "string" ? cell : significant(cell);
}

/** A table as a CSV file (RFC 4180), with all digits. */
export const csv = ({ columns, rows }: FigureTable): string =>
  [columns, ...rows].map((row) => `${row.map(csvField).join(",")}\r\n`).join("");

function csvField(cell: Cell): string {
  const field = cell === null ? "" : String(cell);
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
