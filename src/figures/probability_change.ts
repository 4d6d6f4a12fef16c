import { scaleLinear, scaleLog } from "d3-scale";
import { probability } from "./format";
import { bar, colours, node, picture, text, type SvgNode } from "./svg";

/** A token's probability before an update and after it; null before the update is done. */
export interface ProbabilityChange {
  readonly label: string;
  readonly before: number;
  readonly after: number | null;
}

const rowHeight = 20;
const smallest = 1e-6;

/** A linear axis where it can show every change, a logarithmic one where the probabilities are far apart. */
export function probabilityAxis(changes: readonly ProbabilityChange[]): {
  kind: "linear" | "log";
  domain: [number, number];
} {
  const values = changes.flatMap(({ before, after }) => (after === null ? [before] : [before, after]));
  const high = Math.max(smallest, ...values);
  const low = Math.max(smallest, Math.min(...values));
  if (high / low <= 50) return { kind: "linear", domain: [0, high * 1.08] };
  return { kind: "log", domain: [low / 1.5, Math.min(1, high * 1.5)] };
}

/**
 * One line per token: a bar from its probability before to the one after, pointing where it went, on an axis that all
 * share. Without an after, the bar goes from the axis's start to the probability.
 */
export function probabilityChangeFigure(changes: readonly ProbabilityChange[], width: number): SvgNode {
  const { kind, domain } = probabilityAxis(changes);
  const [left, right] = [Math.min(96, width * 0.24), width - 116];
  const scale = (kind === "log" ? scaleLog : scaleLinear)(domain, [left, right]).clamp(true);
  return picture(
    width,
    changes.length * rowHeight,
    changes.flatMap(({ label, before, after }, i) => {
      const y = i * rowHeight + 6;
      const numbers = after === null ? probability(before) : `${probability(before)} → ${probability(after)}`;
      return [
        text(0, y + 8, label),
        bar({ x: left, y, width: right - left, height: 8 }, colours.track),
        ...changeBar(
          scale(Math.max(smallest, before)),
          after === null ? null : scale(Math.max(smallest, after)),
          left,
          y,
        ),
        text(width, y + 8, numbers, { colour: colours.quiet, anchor: "end" }),
      ];
    }),
  );
}

/** A bar from `from` to `to` with a point at its end; from the axis's start where there is no `to`. */
function changeBar(from: number, to: number | null, start: number, y: number): SvgNode[] {
  if (to === null) return [bar({ x: start, y, width: from - start, height: 8 }, colours.bar)];
  const fill = to >= from ? colours.positive : colours.negative;
  const tip = Math.sign(to - from) * Math.min(4, Math.abs(to - from));
  const points = [
    [from, y],
    [to - tip, y],
    [to, y + 4],
    [to - tip, y + 8],
    [from, y + 8],
  ];
  return [
    node("polygon", { points: points.map(([px, py]) => `${px.toFixed(2)},${py}`).join(" "), fill }),
    node("line", { x1: from, y1: y - 1.5, x2: from, y2: y + 9.5, stroke: colours.ink, "stroke-width": 1 }),
  ];
}
