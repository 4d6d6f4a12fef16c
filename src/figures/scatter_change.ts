import { scaleLinear } from "d3-scale";
import type { FigureTable, FigureText } from "./figure_text";
import { decimal, signed, signedSignificant, significant } from "./format";
import { dot, fitted, ring, signColour } from "./marks";
import { colours, node, picture, rule, text, type SvgNode } from "./svg";

/** What one update did to a token of the vocabulary, at one position. */
export interface TokenChange {
  readonly label: string;
  /** p before. */
  readonly before: number;
  /** Change of ln p by the real step, in nats. */
  readonly measured: number;
  /** What it would be if only this position's logits had moved, by equation (2). */
  readonly alone: number;
  /** ⟨∇θ ln p, Δθ⟩; null where it was not taken. */
  readonly firstOrder: number | null;
  readonly isSampled: boolean;
}

/** How well a prediction fits: its correlation with what was measured, and measured over predicted. */
export interface Fit {
  readonly correlation: number | null;
  readonly slope: number | null;
}

export interface ScatterChangeData {
  readonly tokens: readonly TokenChange[];
  readonly alone: Fit;
  /** Null when no first-order prediction was taken. */
  readonly firstOrder: Fit | null;
}

interface Panel {
  readonly name: string;
  readonly fit: Fit;
  readonly points: readonly { readonly token: TokenChange; readonly x: number }[];
}

const panelHeight = 250;
const margin = { top: 38, right: 10, bottom: 34, left: 40 };

function panelsOf({ tokens, alone, firstOrder }: ScatterChangeData): Panel[] {
  const panel = (name: string, fit: Fit, of: (token: TokenChange) => number | null): Panel => ({
    ...{ name, fit },
    points: tokens.flatMap((token) => {
      const x = of(token);
      return x === null ? [] : [{ token, x }];
    }),
  });
  const first = panel("equation (2) at this position alone", alone, (token) => token.alone);
  return firstOrder
    ? [first, panel("first order, all weights", firstOrder, (token) => token.firstOrder)]
    : [first];
}

/**
 * Each token's measured change of ln p against what was predicted: by equation (2) alone, and by the gradient of ln p
 * over all weights. Larger dots are likelier tokens; the dashed line is where prediction and measurement are equal. Each
 * panel has its own x axis, since equation (2) has no size of its own.
 */
export function scatterChange(data: ScatterChangeData, width: number): SvgNode {
  const panels = panelsOf(data);
  const isWide = width >= 560 && panels.length > 1;
  const panelWidth = isWide ? (width - 20) / 2 : width;
  return picture(
    width,
    isWide ? panelHeight : panelHeight * panels.length,
    panels.map((panel, i) =>
      node(
        "g",
        { transform: isWide ? `translate(${i * (panelWidth + 20)} 0)` : `translate(0 ${i * panelHeight})` },
        panelNodes(panel, panelWidth),
      ),
    ),
  );
}

/** The ends of a list of numbers and zero; never a single point. */
function domainOf(values: readonly number[]): [number, number] {
  const low = values.reduce((least, value) => Math.min(least, value), 0);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  return low === high ? [-1, 1] : [low, high];
}

function panelNodes({ name, fit, points }: Panel, width: number): SvgNode[] {
  const x = scaleLinear(domainOf(points.map((point) => point.x)), [margin.left, width - margin.right]).nice(
    4,
  );
  const y = scaleLinear(domainOf(points.map(({ token }) => token.measured)), [
    panelHeight - margin.bottom,
    margin.top,
  ]).nice(4);
  const [bottom, top] = y.range();
  const line = (slope: number, attributes: Record<string, string | number>) => {
    const ends = lineInBox(slope, x.domain(), y.domain());
    return rule(x(ends[0]), y(slope * ends[0]), x(ends[1]), y(slope * ends[1]), attributes);
  };
  // The likely ones last, so that the tail does not cover them.
  const ordered = [...points].sort((a, b) => a.token.before - b.token.before);
  return [
    text(0, 11, name, { weight: 600 }),
    text(0, 26, fitText(fit), { size: 11, colour: colours.quiet }),
    ...y.ticks(4).flatMap((tick) => [
      rule(margin.left, y(tick), width - margin.right, y(tick)),
      text(margin.left - 5, y(tick) + 3, signedSignificant(tick, 2), {
        size: 10,
        colour: colours.quiet,
        anchor: "end",
      }),
    ]),
    ...x.ticks(3).flatMap((tick) => [
      rule(x(tick), top, x(tick), bottom),
      text(x(tick), bottom + 13, signedSignificant(tick, 2), {
        size: 10,
        colour: colours.quiet,
        anchor: x(tick) > width - 30 ? "end" : "middle",
      }),
    ]),
    text(width - margin.right, bottom + 27, "change of ln p, nats: up measured, across predicted", {
      ...{ size: 10, colour: colours.quiet, anchor: "end" },
    }),
    line(1, { stroke: colours.quiet, "stroke-dasharray": "4 3" }),
    ...(fit.slope === null ? [] : [line(fit.slope, { stroke: colours.ink, "stroke-width": 1.2 })]),
    ...ordered.map(({ token, x: predicted }) => pointNode(token, x(predicted), y(token.measured))),
    ...labels(points, x, y, width),
  ];
}

function pointNode({ isSampled, measured, before }: TokenChange, cx: number, cy: number): SvgNode {
  const radius = 1.6 + 4 * Math.sqrt(before);
  if (isSampled) return ring(cx, cy, radius + 1);
  return node("g", { "fill-opacity": 0.75 }, [dot(cx, cy, radius, signColour(measured))]);
}

/** The x at which y = slope·x enters and leaves a box around the origin. */
export function lineInBox(slope: number, [x0, x1]: number[], [y0, y1]: number[]): [number, number] {
  if (slope === 0) return [x0, x1];
  const [a, b] = slope > 0 ? [y0 / slope, y1 / slope] : [y1 / slope, y0 / slope];
  return [Math.max(x0, a), Math.min(x1, b)];
}

const fitText = ({ correlation, slope }: Fit): string =>
  `correlation ${correlation === null ? "–" : signed(correlation)}, measured = ${slope === null ? "–" : significant(slope)} × predicted`;

type Scale = (value: number) => number;

/** Names of the sampled token and of the largest changes, as far as they do not cover each other. */
function labels(points: Panel["points"], x: Scale, y: Scale, width: number): SvgNode[] {
  const largest = [...points].sort(
    (a, b) =>
      Number(b.token.isSampled) - Number(a.token.isSampled) ||
      Math.abs(b.token.measured) - Math.abs(a.token.measured),
  );
  const placed: { left: number; top: number }[] = [];
  return largest.slice(0, 12).flatMap(({ token, x: predicted }) => {
    const [left, top] = [x(predicted), y(token.measured)];
    const isFree = placed.every(
      (other) => Math.abs(other.top - top) > 12 || Math.abs(other.left - left) > 64,
    );
    if (!isFree || placed.length >= 6) return [];
    placed.push({ left, top });
    const onLeft = left > width * 0.6;
    return [
      text(left + (onLeft ? -8 : 8), top + 4, fitted(token.label, 70, 11), {
        ...{ size: 11, anchor: onLeft ? "end" : "start", weight: token.isSampled ? 600 : 400 },
      }),
    ];
  });
}

export function scatterChangeText({ tokens, alone, firstOrder }: ScatterChangeData): FigureText {
  const said = ({ correlation }: Fit) =>
    correlation === null ? "no correlation to speak of" : `a correlation of ${decimal(correlation)}`;
  const first = firstOrder
    ? `; the first-order prediction over all weights has ${said(firstOrder)} and a slope of ${firstOrder.slope === null ? "–" : significant(firstOrder.slope)}`
    : "";
  return {
    title: "Measured and predicted change",
    summary: `${tokens.length} tokens. Equation (2) alone has ${said(alone)} with what the update did${first}.`,
    legend:
      "one dot a token, larger when likelier, blue up, orange down; ringed: the sampled token; dashed: measured = predicted; solid: least squares through zero",
    caption:
      "Equation (2) speaks of the logits of one position. The update moves weights that all positions share, so what happens to ln p differs, and no small step makes that go away; the gradient over all weights does meet it as the learning rate goes down.",
  };
}

export const scatterChangeTable = ({ tokens }: ScatterChangeData): FigureTable => ({
  columns: ["token", "sampled", "p before", "measured Δ ln p", "equation (2) alone", "first order"],
  rows: tokens.map(({ label, isSampled, before, measured, alone, firstOrder }) => [
    ...[label, isSampled ? "yes" : "", before, measured, alone, firstOrder],
  ]),
});
