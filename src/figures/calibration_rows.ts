import { percent } from "./format";
import { dot, fitted, whiskers } from "./marks";
import { bar, colours, picture, rule, text, type SvgNode } from "./svg";

/** A share with the ends of its interval; null where nothing was counted. */
export interface ShareMark {
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What a judge made of one item, or of all of them. */
export interface CalibrationRow {
  readonly label: string;
  readonly cases: number;
  readonly accuracy: ShareMark;
  readonly falsePasses: number | null;
  readonly falseFails: number | null;
}

const heading = 20;
const rowHeight = 36;

/**
 * A judge's accuracy item by item as points with their intervals, and beside them the shares of unmet items that it
 * passes and of satisfied ones that it fails. A dashed line marks the accuracy that is asked of it.
 */
export function calibrationRows(
  rows: readonly CalibrationRow[],
  width: number,
  { threshold }: { readonly threshold: number },
): SvgNode {
  const [left, right] = [4, width * 0.54];
  const x = (share: number) => left + share * (right - left);
  const columns = [
    { name: "passes", from: width * 0.62, colour: colours.negative },
    { name: "fails", from: width * 0.83, colour: colours.bar },
  ];
  const column = width * 0.17;
  const quiet = { size: 11, colour: colours.quiet };
  const bottom = heading + rows.length * rowHeight;
  return picture(width, bottom + 16, [
    text(left, 11, "accuracy", quiet),
    ...columns.map(({ name, from }) => text(from, 11, width < 480 ? name : `false ${name}`, quiet)),
    rule(x(threshold), heading, x(threshold), bottom, { "stroke-dasharray": "3 3", stroke: colours.quiet }),
    ...rows.flatMap(({ label, cases, accuracy, falsePasses, falseFails }, i) => {
      const y = heading + i * rowHeight;
      const line = y + 24;
      const count = `n ${cases}`;
      return [
        text(left, y + 12, fitted(label, right - left - count.length * 7)),
        text(right, y + 12, count, { ...quiet, anchor: "end" }),
        rule(x(0), line, x(1), line),
        ...interval(accuracy, x, line),
        ...[falsePasses, falseFails].flatMap((share, c) => {
          const { from, colour } = columns[c];
          return [
            text(from, y + 12, share === null ? "–" : percent(share)),
            bar({ x: from, y: line - 4, width: column, height: 8 }, colours.track),
            bar({ x: from, y: line - 4, width: column * (share ?? 0), height: 8 }, colour),
          ];
        }),
      ];
    }),
    ...[0, 0.5, 1].map((share) =>
      text(x(share), bottom + 10, percent(share), {
        ...quiet,
        anchor: share === 0 ? "start" : share === 1 ? "end" : "middle",
      }),
    ),
  ]);
}

function interval(mark: ShareMark, x: (share: number) => number, y: number): SvgNode[] {
  const ends = whiskers(mark, x, y);
  return mark.share === null || ends.length === 0 ? [] : [...ends, dot(x(mark.share), y, 3.6, colours.ink)];
}
