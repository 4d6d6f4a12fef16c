import { scaleLinear } from "d3-scale";
import type { FigureTable, FigureText } from "./figure_text";
import { signed, signedSignificant, significant } from "./format";
import { diamond, fitted, lyingBar } from "./marks";
import { bar, colours, picture, rule, text, type SvgNode } from "./svg";

/** What one update did to a revision's log-probability, in nats, with the hindsight in view and without it. */
export interface TransferRow {
  readonly label: string;
  readonly changeWith: number;
  readonly changeWithout: number;
  /** ⟨s_qH, Δθ⟩ and ⟨s_q, Δθ⟩; null where no gradients were taken. */
  readonly firstOrderWith: number | null;
  readonly firstOrderWithout: number | null;
}

const rowHeight = 38;
const headHeight = 20;
const gutter = 10;

/**
 * Two sides, one scale: on the left the change of ln π(τ̃|q,H), which is trained, growing to the left; on the right that
 * of ln π(τ̃|q), which is used, growing to the right. Bars are measured, diamonds to first order.
 */
export function transferSides(rows: readonly TransferRow[], width: number): SvgNode {
  const middle = width / 2;
  const all = rows.flatMap((row) => [
    ...[row.changeWith, row.changeWithout, row.firstOrderWith ?? 0, row.firstOrderWithout ?? 0],
  ]);
  const high = all.reduce((most, value) => Math.max(most, value), 0);
  const low = all.reduce((least, value) => Math.min(least, value), 0);
  const room = middle - gutter - 6;
  const length = scaleLinear([0, high - low || 1], [0, room]);
  const side = (direction: 1 | -1) => middle + direction * (gutter + length(-low));
  const head = (x: number, words: string, anchor: "start" | "end") =>
    text(x, 12, words, { size: 11, colour: colours.quiet, anchor });
  return picture(width, headHeight + rows.length * rowHeight, [
    head(middle - gutter, "Δ ln π(τ̃|q, H)", "end"),
    head(middle + gutter, "Δ ln π(τ̃|q)", "start"),
    ...rows.flatMap((row, i) => {
      const y = headHeight + i * rowHeight;
      return [
        text(0, y + 12, fitted(row.label, middle - 90), { size: 11 }),
        text(width, y + 12, transferText(row), { size: 11, colour: colours.quiet, anchor: "end" }),
        ...sideNodes(row.changeWith, row.firstOrderWith, {
          zero: side(-1),
          y,
          middle,
          room,
          length,
          direction: -1,
        }),
        ...sideNodes(row.changeWithout, row.firstOrderWithout, {
          ...{ zero: side(1), y, middle, room, length, direction: 1 },
        }),
      ];
    }),
  ]);
}

interface Side {
  readonly zero: number;
  readonly y: number;
  readonly middle: number;
  readonly room: number;
  readonly length: (value: number) => number;
  readonly direction: 1 | -1;
}

function sideNodes(
  measured: number,
  predicted: number | null,
  { zero, y, middle, room, length, direction }: Side,
): SvgNode[] {
  const top = y + 19;
  const inner = middle + direction * gutter;
  return [
    text(inner, y + 12, signedSignificant(measured), {
      weight: 600,
      anchor: direction < 0 ? "end" : "start",
    }),
    bar({ x: inner, y: top, width: direction * (room + 4), height: 10 }, colours.track),
    ...lyingBar(zero, top, length(measured), direction, 10),
    rule(zero, top - 2, zero, top + 12, { stroke: colours.ink }),
    ...(predicted === null ? [] : [diamond(zero + direction * length(predicted), top + 5, 4.5)]),
  ];
}

/** Without over with; a dash where the latter is too near 0 to say anything. */
const ratioOf = ({ changeWith, changeWithout }: TransferRow): number | null =>
  Math.abs(changeWith) < 1e-4 ? null : changeWithout / changeWith;

function transferText(row: TransferRow): string {
  const ratio = ratioOf(row);
  return ratio === null ? "undefined" : `transfer ${signed(ratio)}`;
}

export function transferSidesText(rows: readonly TransferRow[]): FigureText {
  const sum = (of: (row: TransferRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const [changeWith, changeWithout] = [sum((row) => row.changeWith), sum((row) => row.changeWithout)];
  const ratio =
    Math.abs(changeWith) < 1e-4 ? "undefined" : `${significant(changeWithout / changeWith)}, a ratio of sums`;
  return {
    title: "Both sides of hindsight",
    summary:
      rows.length === 0
        ? "No revision joined."
        : `${rows.length} ${rows.length === 1 ? "revision" : "revisions"}: together ${signedSignificant(changeWith)} nats with the hindsight in view, ${signedSignificant(changeWithout)} without it. Transfer ${ratio}.`,
    legend:
      "left: change of ln π(τ̃|q,H), growing to the left; right: of ln π(τ̃|q), growing to the right; bars: measured, blue up, orange down; diamonds: to first order",
    caption:
      "Training sees the instruction with the hindsight; the policy is used without it. What counts is how much of the left side arrives on the right.",
  };
}

export const transferSidesTable = (rows: readonly TransferRow[]): FigureTable => ({
  columns: ["revision", "Δ ln π(τ̃|q,H)", "to first order", "Δ ln π(τ̃|q)", "to first order", "transfer"],
  rows: rows.map((row) => [
    ...[
      row.label,
      row.changeWith,
      row.firstOrderWith,
      row.changeWithout,
      row.firstOrderWithout,
      ratioOf(row),
    ],
  ]),
});
