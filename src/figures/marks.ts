import { colours, node, rule, type Attributes, type SvgNode } from "./svg";

/** Marks that several figures share. Those with a sign show it by where they point as well as by their colour. */

export const signColour = (value: number): string => (value > 0 ? colours.positive : colours.negative);

export interface SignedBar {
  /** Left edge and width. */
  readonly x: number;
  readonly width: number;
  /** Where zero is, and the length in pixels; negative points down. */
  readonly zero: number;
  readonly length: number;
}

/** A bar from zero that ends in a point: up in the colour of gains, down in that of losses; none of length 0. */
export function signedBar({ x, width, zero, length }: SignedBar): SvgNode[] {
  if (length === 0) return [];
  const tip = zero - length;
  const shoulder = tip + Math.sign(length) * Math.min(3, Math.abs(length));
  const right = x + width;
  const corners = [
    [x, zero],
    [x, shoulder],
    [x + width / 2, tip],
    [right, shoulder],
    [right, zero],
  ];
  return [polygon(corners, { fill: signColour(length) })];
}

/** The same lying down, from zero at `x`: a positive length points right where `direction` is 1, left where it is −1. */
export function lyingBar(x: number, y: number, length: number, direction: 1 | -1, height: number): SvgNode[] {
  if (length === 0) return [];
  const tip = x + direction * length;
  const shoulder = tip - direction * Math.sign(length) * Math.min(4, Math.abs(length));
  const bottom = y + height;
  const corners = [
    [x, y],
    [shoulder, y],
    [tip, y + height / 2],
    [shoulder, bottom],
    [x, bottom],
  ];
  return [polygon(corners, { fill: signColour(length) })];
}

const polygon = (corners: readonly number[][], attributes: Attributes): SvgNode =>
  node("polygon", {
    points: corners.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" "),
    ...attributes,
  });

export const dot = (cx: number, cy: number, r: number, fill: string): SvgNode =>
  node("circle", { cx, cy, r, fill });

/** A mark that is not filled: what was predicted, beside what was measured. */
export const ring = (cx: number, cy: number, r: number): SvgNode =>
  node("circle", { cx, cy, r, fill: colours.paper, stroke: colours.ink, "stroke-width": 1.4 });

export function diamond(cx: number, cy: number, r: number): SvgNode {
  const corners = [
    [cx, cy - r],
    [cx + r, cy],
    [cx, cy + r],
    [cx - r, cy],
  ];
  return polygon(corners, { fill: colours.paper, stroke: colours.ink, "stroke-width": 1.4 });
}

/** An interval from `low` to `high` on the line `y`, with a stroke at each end; none where it is not known. */
export function whiskers(
  { low, high }: { readonly low: number | null; readonly high: number | null },
  x: (value: number) => number,
  y: number,
): SvgNode[] {
  if (low === null || high === null) return [];
  const strong = { stroke: colours.ink, "stroke-width": 1.6 };
  return [
    rule(x(low), y, x(high), y, strong),
    rule(x(low), y - 4, x(low), y + 4, strong),
    rule(x(high), y - 4, x(high), y + 4, strong),
  ];
}

/** A label cut to about this many pixels at a font size, with an ellipsis. */
export function fitted(label: string, width: number, size = 12): string {
  const most = Math.max(1, Math.floor(width / (size * 0.54)));
  const letters = [...label];
  return letters.length <= most ? label : `${letters.slice(0, Math.max(1, most - 1)).join("")}…`;
}
