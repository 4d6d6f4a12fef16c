import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import type { FigureTable, FigureText } from "./figure_text";
import { percent, probability, signed, signedSignificant } from "./format";
import { dot, fitted, signColour } from "./marks";
import { colours, node, picture, rule, text, type SvgNode } from "./svg";

/** A token by its rank before: what it gained, beside the formula for dp_v. */
export interface RankedMass {
  readonly label: string;
  /** 1 for the most probable. */
  readonly rank: number;
  readonly before: number;
  /** Change of p. */
  readonly change: number;
  /** dp_v of the formula, brought to the size of what was measured. */
  readonly predicted: number;
  /** Of all that was gained (or lost), the share of the tokens up to this rank. */
  readonly cumulative: number;
  /** The token that was pushed. */
  readonly isPushed: boolean;
}

export interface MassByRankData {
  /** By rank. */
  readonly tokens: readonly RankedMass[];
  /** Updates that pushed. */
  readonly steps: number;
  readonly direction: "down" | "up";
}

const height = 240;
const margin = { top: 22, right: 40, bottom: 32, left: 46 };

/**
 * Where the mass goes when one token is pushed: each other token's change of probability by its rank before, on a
 * logarithmic axis, over what the formula says (the line), and the cumulative share (dashed, right axis). The pushed
 * token itself would dwarf them all; it is marked at its rank with its number.
 */
export function massByRankFigure({ tokens, direction }: MassByRankData, width: number): SvgNode {
  const others = tokens.filter(({ isPushed }) => !isPushed);
  const x = scaleLog([1, Math.max(2, tokens.length)], [margin.left, width - margin.right]);
  const bottom = height - margin.bottom;
  const y = scaleLinear(domainOf(others), [bottom, margin.top]).nice(4);
  const share = scaleLinear([0, 1], [bottom, margin.top]);
  const formula = line<RankedMass>(
    ({ rank }) => x(rank),
    ({ predicted }) => y(predicted),
  ).digits(2);
  const cumulative = line<RankedMass>(
    ({ rank }) => x(rank),
    (token) => share(token.cumulative),
  ).digits(2);
  const pushed = tokens.find(({ isPushed }) => isPushed);
  const quiet = { size: 10, colour: colours.quiet } as const;
  return picture(width, height, [
    ...y
      .ticks(4)
      .flatMap((tick) => [
        rule(margin.left, y(tick), width - margin.right, y(tick)),
        text(margin.left - 5, y(tick) + 3, signedSignificant(tick, 2), { ...quiet, anchor: "end" }),
      ]),
    ...[0, 0.5, 1].map((tick) => text(width - margin.right + 5, share(tick) + 3, percent(tick), quiet)),
    ...rankTicks(tokens.length).map((tick) =>
      text(x(tick), bottom + 13, String(tick), { ...quiet, anchor: "middle" }),
    ),
    text(margin.left, height - 4, "rank before, 1 = most probable", quiet),
    text(0, 10, "change of p", quiet),
    text(width, 10, `share of what was ${direction === "down" ? "gained" : "lost"}`, {
      ...quiet,
      anchor: "end",
    }),
    ...(pushed ? pushedNodes(pushed, x(pushed.rank), bottom, width) : []),
    node("path", {
      ...{ d: cumulative(tokens) ?? "", fill: "none", stroke: colours.quiet },
      ...{ "stroke-width": 1.2, "stroke-dasharray": "4 3" },
    }),
    ...[...others]
      .reverse()
      .flatMap(({ rank, change }) => [
        rule(x(rank), y(0), x(rank), y(change), { stroke: signColour(change), "stroke-opacity": 0.5 }),
        dot(x(rank), y(change), 2.4, signColour(change)),
      ]),
    node("path", { d: formula(others) ?? "", fill: "none", stroke: colours.ink, "stroke-width": 1.4 }),
    ...largestLabels(others, x, y),
  ]);
}

function domainOf(tokens: readonly RankedMass[]): [number, number] {
  const values = tokens.flatMap(({ change, predicted }) => [change, predicted]);
  const low = values.reduce((least, value) => Math.min(least, value), 0);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  return low === high ? [-1, 1] : [low, high];
}

const rankTicks = (count: number): number[] => [1, 3, 10, 30, 100, 300, 1000, 3000].filter((n) => n <= count);

function pushedNodes({ label, change }: RankedMass, left: number, bottom: number, width: number): SvgNode[] {
  const words = `${change > 0 ? "▲" : "▼"} ${fitted(label, 80, 11)} ${signed(change, 3)}`;
  const isRight = left > width * 0.6;
  return [
    rule(left, margin.top, left, bottom, { stroke: colours.ink, "stroke-dasharray": "1 2" }),
    text(left + (isRight ? -5 : 5), bottom - 5, words, {
      ...{ size: 11, weight: 600, anchor: isRight ? "end" : "start" },
    }),
  ];
}

/** Names of the three that changed most, where their ranks leave room. */
function largestLabels(
  tokens: readonly RankedMass[],
  x: (rank: number) => number,
  y: (value: number) => number,
): SvgNode[] {
  const placed: number[] = [];
  return [...tokens]
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, 5)
    .flatMap(({ label, rank, change }) => {
      const left = x(rank) + 6;
      if (change === 0 || placed.length >= 3 || placed.some((other) => Math.abs(other - y(change)) < 13))
        return [];
      placed.push(y(change));
      return [text(left, y(change) + 4, fitted(label, 80, 11), { size: 11 })];
    });
}

export function massByRankText({ tokens, steps, direction }: MassByRankData): FigureText {
  const pushed = tokens.find(({ isPushed }) => isPushed);
  const moved = pushed
    ? `“${pushed.label}” went from ${probability(pushed.before)} to ${probability(pushed.before + pushed.change)}.`
    : "";
  const half = tokens.find(({ cumulative }) => cumulative >= 0.5);
  const kind = direction === "down" ? "gained" : "lost";
  return {
    title: "Where the mass goes",
    summary:
      `One token pushed ${direction} for ${steps} ${steps === 1 ? "update" : "updates"}. ${moved} ` +
      (half
        ? `Half of what was ${kind} belongs to the ${half.rank} most probable tokens.`
        : `Nothing was ${kind}.`),
    legend: `dots: measured change of p, blue up, orange down; line: the formula for dp; dashed: cumulative share of what was ${kind}; dotted: the pushed token`,
    caption:
      "Logits move in proportion to p, probabilities to p·(p + p_y(1 − p_y) − Σp²): most goes to the already likely, in proportion to about p² where the pushed token was itself unlikely, and the unlikely may even lose while their logits rise.",
  };
}

export const massByRankTable = ({ tokens }: MassByRankData): FigureTable => ({
  columns: ["rank", "token", "pushed", "p before", "change of p", "formula dp", "cumulative share"],
  rows: tokens.map(({ rank, label, isPushed, before, change, predicted, cumulative }) => [
    ...[rank, label, isPushed ? "yes" : "", before, change, predicted, cumulative],
  ]),
});
