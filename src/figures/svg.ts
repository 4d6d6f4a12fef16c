/** A picture as plain data: one component draws it (`ui/figure/draw.ts`), one serializer writes it to a file. */
export interface SvgNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (SvgNode | string)[];
}

/** Attributes as figures give them; those that are null are left out. */
export type Attributes = Readonly<Record<string, string | number | null>>;

/** A node. Numbers are rounded to three digits, so that pictures of equal data are equal texts. */
export function node(tag: string, attributes: Attributes = {}, children: SvgNode["children"] = []): SvgNode {
  const entries = Object.entries(attributes).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, typeof value === "number" ? rounded(value) : value]],
  );
  return { tag, attributes: Object.fromEntries(entries), children };
}

/** A number with at most three digits after the point, never `-0`. */
export const rounded = (value: number): string => String(Math.round(value * 1000) / 1000 + 0);

/** The outermost node of a picture of this size, in pixels. */
export const picture = (width: number, height: number, children: SvgNode["children"]): SvgNode =>
  node("svg", { width, height, viewBox: `0 0 ${rounded(width)} ${rounded(height)}` }, children);

export interface TextStyle {
  readonly size?: number;
  readonly colour?: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly weight?: number;
}

/** A line of text that starts, is centred or ends at `x`, on the baseline `y`. */
export const text = (
  x: number,
  y: number,
  content: string,
  { size = 12, colour = colours.ink, anchor = "start", weight = 400 }: TextStyle = {},
): SvgNode =>
  node(
    "text",
    {
      ...{ x, y, "font-size": size, fill: colour },
      "text-anchor": anchor === "start" ? null : anchor,
      "font-weight": weight === 400 ? null : weight,
    },
    [content],
  );

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A filled rectangle; a negative width extends to the left. */
export const bar = (
  { x, y, width, height }: Bar,
  fill: string,
  { opacity = 1, radius = 2 }: { readonly opacity?: number; readonly radius?: number } = {},
): SvgNode =>
  node("rect", {
    x: Math.min(x, x + width),
    y,
    width: Math.abs(width),
    height,
    rx: radius,
    fill,
    "fill-opacity": opacity === 1 ? null : opacity,
  });

/** A straight line of one pixel. */
export const rule = (x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): SvgNode =>
  node("line", { x1, y1, x2, y2, stroke: colours.rule, ...attributes });

/**
 * Colours by what they mean. They are the page's custom properties (`ui/styles/tokens.css`); in a file that leaves the
 * page, `serialize` puts their values in their place.
 */
export const colours = {
  paper: "var(--paper)",
  ink: "var(--ink)",
  quiet: "var(--ink-quiet)",
  rule: "var(--rule)",
  track: "var(--track)",
  bar: "var(--bar)",
  positive: "var(--positive)",
  negative: "var(--negative)",
  hindsight: "var(--hindsight)",
} as const;
