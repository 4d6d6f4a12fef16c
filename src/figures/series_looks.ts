import type { Attributes } from "./svg";

/**
 * Colours of series that stand side by side: they mean nothing but which is which. Custom properties of
 * `ui/styles/series.css`, which pages that draw series load.
 */
export const seriesColours = [
  "var(--series-1)",
  "var(--series-2)",
  "var(--series-3)",
  "var(--series-4)",
  "var(--series-5)",
  "var(--series-6)",
] as const;

const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 2.5], [10, 3, 2, 3]];

export interface SeriesLook {
  readonly colour: string;
  /** Lengths of strokes and gaps in pixels; none for a solid line. */
  readonly dash: readonly number[];
}

/** The look of the series at an index: neighbours differ in colour and in dash, and the first 24 all differ. */
export function seriesLook(index: number): SeriesLook {
  const round = Math.floor(index / seriesColours.length);
  return {
    colour: seriesColours[index % seriesColours.length],
    dash: dashes[(index + round) % dashes.length],
  };
}

/** The same as attributes of an SVG element. */
export const lookAttributes = ({ colour, dash }: SeriesLook): Attributes => ({
  stroke: colour,
  "stroke-dasharray": dash.length > 0 ? dash.join(" ") : null,
});
