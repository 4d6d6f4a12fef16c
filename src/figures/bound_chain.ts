import { scaleLinear, scaleLog } from "d3-scale";
import { curveFigure, type CurveData, type CurveLayout } from "./curve";
import type { FigureTable, FigureText } from "./figure_text";
import { decimal, percent, significant } from "./format";
import { diamond, dot, fitted, ring } from "./marks";
import { bar, colours, picture, rule, text, type SvgNode } from "./svg";

/** The chain of (13): `error` ≤ `deviationBound` ≤ `unmetBound`, and the mean unmet weight that it stands against. */
export interface Chain {
  readonly error: number;
  readonly deviationBound: number;
  readonly unmetBound: number;
  readonly unmet: number;
}

/** One instruction's chain. */
export interface BoundRow extends Chain {
  readonly label: string;
}

const rowHeight = 36;
const axisHeight = 22;

/** A linear axis from 0 where it can tell all values apart, a logarithmic one where they are far from each other. */
function axisOf(rows: readonly Chain[]): { kind: "linear" | "log"; domain: [number, number] } {
  const values = rows.flatMap(({ error, deviationBound, unmetBound }) => [error, deviationBound, unmetBound]);
  const positive = values.filter((value) => value > 0);
  const high = Math.max(...positive, Number.MIN_VALUE);
  const low = Math.min(...positive, high);
  if (positive.length === 0 || high / low <= 50)
    return { kind: "linear", domain: [0, positive.length ? high : 1] };
  return { kind: "log", domain: [low / 1.3, high * 1.3] };
}

/**
 * One row an instruction, most unmet weight first: the left side as a dot, the two bounds to its right as a diamond and
 * a ring, on one axis, with the mean unmet weight as a bar under the name and the left side's share of the last bound.
 */
export function boundChain(rows: readonly BoundRow[], width: number): SvgNode {
  const { kind, domain } = axisOf(rows);
  const [left, right] = [Math.min(170, width * 0.34), width - 52];
  const scale = (kind === "log" ? scaleLog : scaleLinear)(domain, [left, right]).clamp(true);
  const x = (value: number) => (value > 0 || kind === "linear" ? scale(value) : left);
  const height = rows.length * rowHeight + axisHeight;
  const ticks = kind === "log" ? scale.ticks().filter(isRound) : scale.ticks(4);
  const barWidth = left - 58;
  return picture(width, height, [
    ...ticks.flatMap((tick) => [
      rule(x(tick), 0, x(tick), height - axisHeight),
      text(x(tick), height - 7, significant(tick, 2), { size: 10, colour: colours.quiet, anchor: "middle" }),
    ]),
    ...sorted(rows).flatMap(({ label, error, deviationBound, unmetBound, unmet }, i) => {
      const y = i * rowHeight + 16;
      return [
        text(0, y - 3, fitted(label, left - 12)),
        bar({ x: 0, y: y + 4, width: barWidth, height: 5 }, colours.track),
        bar({ x: 0, y: y + 4, width: barWidth * unmet, height: 5 }, colours.bar),
        text(barWidth + 5, y + 10, decimal(unmet), { size: 10, colour: colours.quiet }),
        rule(x(error), y, x(unmetBound), y, { stroke: colours.quiet, "stroke-width": 2 }),
        ring(x(unmetBound), y, 4.5),
        diamond(x(deviationBound), y, 5),
        dot(x(error), y, 4, colours.ink),
        text(width, y + 4, unmetBound > 0 ? percent(error / unmetBound) : "–", {
          anchor: "end",
          weight: 600,
        }),
      ];
    }),
  ]);
}

/** 1, 2 or 5 times a power of ten: enough lines for a logarithmic axis. */
const isRound = (value: number): boolean => /^[125]e/.test(value.toExponential(0));

const sorted = (rows: readonly BoundRow[]): BoundRow[] => [...rows].sort((a, b) => b.unmet - a.unmet);

export function boundChainText(rows: readonly BoundRow[]): FigureText {
  const shares = rows.flatMap(({ error, unmetBound }) => (unmetBound > 0 ? [error / unmetBound] : []));
  const range = shares.length
    ? `The left side is ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} of the last bound.`
    : "All rewards are full: both sides are 0.";
  return {
    title: "The bound, instruction by instruction",
    summary: `${rows.length} ${rows.length === 1 ? "instruction" : "instructions"}. ${range}`,
    legend:
      "dot: ‖mean s·(X − X̄)‖; diamond: √(mean ‖s‖²)·√(Var X); ring: √(mean ‖s‖²)·√(mean X²); grey bar: mean unmet weight; right: dot over ring",
    caption:
      "What a group leaves unmet bounds how far its gradient is from that of a group which met everything. In expectation that ideal gradient is 0, so the left side is the policy gradient itself.",
  };
}

export const boundChainTable = (rows: readonly BoundRow[]): FigureTable => ({
  columns: ["instruction", "mean unmet weight", "left side", "bound by Var X", "bound by E X²"],
  rows: sorted(rows).map(({ label, unmet, error, deviationBound, unmetBound }) => [
    ...[label, unmet, error, deviationBound, unmetBound],
  ]),
});

/** A chain after so many updates: the means over the step's instructions. */
export interface BoundPoint extends Chain {
  readonly step: number;
}

/** The chain over the run as three lines: the left side solid, the bounds dashed and dotted. */
export const boundCurve = (points: readonly BoundPoint[], layout: CurveLayout): SvgNode =>
  curveFigure(boundCurveData(points), layout);

/** The same as a curve's data, for readers that share a cursor with other curves. */
export function boundCurveData(points: readonly BoundPoint[]): CurveData {
  const series = (name: string, of: (point: BoundPoint) => number) => ({
    name,
    points: points.map((point) => ({ x: point.step, y: of(point) })),
  });
  return {
    series: [series("left side", ({ error }) => error)],
    ghosts: [
      series("bound by Var X", ({ deviationBound }) => deviationBound),
      series("bound by E X²", ({ unmetBound }) => unmetBound),
    ],
    marks: [],
  };
}

export function boundCurveText(points: readonly BoundPoint[]): FigureText {
  const last = points.at(-1);
  const said = ({ step, error, deviationBound, unmetBound, unmet }: BoundPoint) =>
    `After ${step} updates: ${significant(error)} ≤ ${significant(deviationBound)} ≤ ${significant(unmetBound)}, at a mean unmet weight of ${decimal(unmet)}.`;
  return {
    title: "The bound over the run",
    summary: last ? said(last) : "Not measured yet.",
    legend: "solid: the left side of (13); dashed: the bound by Var X; dotted: the bound by E X²",
    caption: "Means over the instructions of an update, so that the chain holds for them as well.",
  };
}

export const boundCurveTable = (points: readonly BoundPoint[]): FigureTable => ({
  columns: ["update", "mean unmet weight", "left side", "bound by Var X", "bound by E X²"],
  rows: points.map(({ step, unmet, error, deviationBound, unmetBound }) => [
    ...[step, unmet, error, deviationBound, unmetBound],
  ]),
});
