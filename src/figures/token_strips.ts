import type { FigureTable, FigureText } from "./figure_text";
import { signed, significant } from "./format";
import { fitted, signedBar } from "./marks";
import { bar, colours, node, picture, rule, text, type SvgNode } from "./svg";

/** One number a token: drawn up and down from `zero` where it has a sign, up from the line where it is an amount. */
export interface NumberStrip {
  readonly kind: "signed" | "amount";
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** The value that is no bar at all: 1 for a ratio. Default 0. */
  readonly zero?: number;
}

/** A word on the few tokens that it holds for. */
export interface StateStrip {
  readonly kind: "state";
  readonly name: string;
  readonly values: readonly (string | null)[];
}

export type Strip = NumberStrip | StateStrip;

export interface TokenStripsData {
  /** Printable texts of the response's tokens. */
  readonly tokens: readonly string[];
  readonly strips: readonly Strip[];
}

/** What is known of a response's tokens, as the protocol has it. */
export interface ResponseTokens {
  readonly tokens: readonly string[];
  readonly advantage: number;
  readonly coefficients: readonly number[];
  readonly ratios: readonly number[];
  readonly clipped: readonly ("low" | "high" | null)[];
  /** ρ·f′(ρ) of a revised token; ρ or 0 of a rollout's. */
  readonly weights: readonly number[];
  readonly entropies: readonly number[];
  /** ln π(y_t|q,H,·) − ln π(y_t|q,·) of a revision. */
  readonly gaps?: readonly number[];
}

/** The strips of a trained response, in the order in which one makes the next. */
export function responseStrips(response: ResponseTokens): TokenStripsData {
  const { tokens, advantage, coefficients, ratios, clipped, weights, entropies, gaps } = response;
  return {
    tokens,
    strips: [
      { kind: "signed", name: "coefficient c", values: coefficients },
      { kind: "signed", name: "advantage A", values: tokens.map(() => advantage) },
      { kind: "signed", name: "ratio ρ", values: ratios, zero: 1 },
      { kind: "state", name: "clipped", values: clipped },
      { kind: "amount", name: "weight ρ·f′(ρ)", values: weights },
      { kind: "amount", name: "entropy", values: entropies },
      ...(gaps ? [gapStrip(gaps)] : []),
    ],
  };
}

/** The hindsight gap of each token of a revision, before the update, in nats. */
export const gapStrip = (gaps: readonly number[]): NumberStrip => ({
  ...{ kind: "signed", name: "hindsight gap", values: gaps },
});

export interface StripsLayout {
  readonly width: number;
  readonly height: number;
  /** Where the first column begins. */
  readonly left: number;
  /** Tokens on a line. */
  readonly columns: number;
  readonly cellWidth: number;
  readonly lineHeight: number;
}

const labelWidth = 86;
const textHeight = 18;
const stripHeight = 24;
const lineGap = 14;

/** As many tokens on a line as fit at `cell` pixels each. */
export function stripsLayout(
  { tokens, strips }: TokenStripsData,
  width: number,
  { cell = width < 480 ? 36 : 42 }: { readonly cell?: number } = {},
): StripsLayout {
  const columns = Math.max(1, Math.min(tokens.length, Math.floor((width - labelWidth) / cell)));
  const cellWidth = Math.min(cell * 1.4, (width - labelWidth) / columns);
  const lineHeight = textHeight + strips.length * stripHeight + lineGap;
  const lines = Math.max(1, Math.ceil(tokens.length / columns));
  return { width, height: lines * lineHeight - lineGap, left: labelWidth, columns, cellWidth, lineHeight };
}

/** Index of the token at a point of the picture, or null. */
export function tokenAt(layout: StripsLayout, count: number, x: number, y: number): number | null {
  const [column, line] = [
    Math.floor((x - layout.left) / layout.cellWidth),
    Math.floor(y / layout.lineHeight),
  ];
  const index = line * layout.columns + column;
  return column >= 0 && column < layout.columns && line >= 0 && index < count ? index : null;
}

/**
 * What each token of a response received, as aligned strips under its text. A signed value points up or down from its
 * line, in the colour of its sign; each strip has one scale over the whole response, written beside its first line.
 */
export function tokenStrips(
  data: TokenStripsData,
  layout: StripsLayout,
  { selected = null }: { readonly selected?: number | null } = {},
): SvgNode {
  const { width, height, columns, lineHeight } = layout;
  const lines = Array.from({ length: Math.ceil(data.tokens.length / columns) }, (_, line) =>
    node("g", { transform: `translate(0 ${line * lineHeight})` }, lineNodes(data, layout, line, selected)),
  );
  return picture(width, height, lines);
}

function lineNodes(
  { tokens, strips }: TokenStripsData,
  { width, left, columns, cellWidth, lineHeight }: StripsLayout,
  line: number,
  selected: number | null,
): SvgNode[] {
  const start = line * columns;
  const here = tokens.slice(start, start + columns);
  const x = (i: number) => left + i * cellWidth;
  const isHere = selected !== null && selected >= start && selected < start + here.length;
  return [
    ...here.map((token, i) => text(x(i) + 2, 12, fitted(token, cellWidth - 4, 11), { size: 11 })),
    ...strips.flatMap((strip, s) => {
      const top = textHeight + s * stripHeight;
      const reach = strip.kind === "state" ? 0 : extent(strip);
      const names = [text(0, top + 11, strip.name, { size: 11, colour: colours.quiet })];
      if (line === 0) names.push(text(0, top + 21, scaleText(strip), { size: 9, colour: colours.quiet }));
      return [
        ...names,
        rule(left, baseline(strip, top), Math.min(width, x(here.length)), baseline(strip, top)),
        ...here.flatMap((_, i) => cellNodes(strip, start + i, reach, { x: x(i), width: cellWidth, top })),
      ];
    }),
    ...(isHere
      ? [
          node("rect", {
            ...{ x: x(selected - start), y: 0.5, width: cellWidth, height: lineHeight - lineGap, rx: 3 },
            ...{ fill: "none", stroke: colours.ink, "stroke-width": 1.5 },
          }),
        ]
      : []),
  ];
}

/** Where a strip's zero is. */
const baseline = ({ kind }: Strip, top: number): number =>
  kind === "signed" ? top + stripHeight / 2 : top + stripHeight - 3;

/** The largest distance from zero; 0 where there is none. */
const extent = ({ values, zero = 0 }: NumberStrip): number =>
  values.reduce<number>((most, value) => Math.max(most, value === null ? 0 : Math.abs(value - zero)), 0);

function scaleText(strip: Strip): string {
  if (strip.kind === "state") return strip.values.some((value) => value !== null) ? "" : "none";
  const reach = extent(strip);
  if (reach === 0) return `all ${significant(strip.zero ?? 0)}`;
  if (strip.kind === "amount") return `0 to ${significant(reach)}`;
  return `${strip.zero === undefined ? "" : significant(strip.zero)} ± ${significant(reach)}`.trim();
}

interface Box {
  readonly x: number;
  readonly width: number;
  readonly top: number;
}

function cellNodes(strip: Strip, index: number, reach: number, { x, width, top }: Box): SvgNode[] {
  const value = strip.values[index];
  if (value === null || value === undefined) return [];
  if (strip.kind === "state") return [text(x + 2, top + 13, String(value), { size: 10, weight: 600 })];
  const share = reach > 0 ? ((value as number) - (strip.zero ?? 0)) / reach : 0;
  const zero = baseline(strip, top);
  const box = { x: x + 2, width: Math.min(18, width - 6) };
  if (strip.kind === "signed") return signedBar({ ...box, zero, length: share * (stripHeight / 2 - 2) });
  const length = Math.max(0, share) * (stripHeight - 6);
  return length === 0 ? [] : [bar({ ...box, y: zero - length, height: length }, colours.bar, { radius: 0 })];
}

export function tokenStripsText({ tokens, strips }: TokenStripsData): FigureText {
  const said = strips.map((strip) => {
    if (strip.kind !== "state") return `${strip.name} ${scaleText(strip)}`;
    return `${strip.name}: ${strip.values.filter((value) => value !== null).length}`;
  });
  return {
    title: "What each token received",
    summary: `${tokens.length} tokens. ${said.join("; ")}.`,
    legend: "up and blue: above zero, or above 1 for ρ; down and orange: below; grey: an amount",
    caption:
      "The coefficient is ∂J/∂ln p: the advantage, times the ratio or the weight ρ·f′(ρ) that clipping and shaping leave of it, times the token's share of the objective.",
  };
}

/** The words for a picture of the hindsight gap alone. */
export function gapText(gaps: readonly number[]): FigureText {
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / Math.max(1, gaps.length);
  return {
    title: "Hindsight gap, token by token",
    summary: `${gaps.length} tokens, on average ${signed(mean)} nats likelier with the hindsight in view.`,
    legend:
      "up and blue: likelier after (q, H) than after q; down and orange: less likely; before the update",
    caption:
      "ln π(τ̃_t|q,H,τ̃_<t) − ln π(τ̃_t|q,τ̃_<t): which tokens the hindsight explains, and which the policy writes anyway.",
  };
}

export const tokenStripsTable = ({ tokens, strips }: TokenStripsData): FigureTable => ({
  columns: ["position", "token", ...strips.map(({ name }) => name)],
  rows: tokens.map((token, t) => [t + 1, token, ...strips.map(({ values }) => values[t] ?? null)]),
});

/** What a strip says of one token; null where it says nothing. */
export function stripValue(strip: Strip, index: number): string | null {
  const value = strip.values[index] ?? null;
  if (value === null || typeof value === "string") return value;
  return strip.kind === "signed" && strip.zero === undefined ? signed(value, 4) : significant(value);
}

/** One token in words: what each strip says of it. */
export const tokenText = ({ strips }: TokenStripsData, index: number): string =>
  strips
    .map((strip) => {
      const value = stripValue(strip, index);
      return value === null ? `${strip.name}: –` : `${strip.name} ${value}`;
    })
    .join(", ");
