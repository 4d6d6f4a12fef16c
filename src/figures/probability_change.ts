import { scaleLinear, scaleLog } from "d3-scale";
import { decimal, probability } from "./format";
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
  const [left, right] = [Math.min(96, width * 0.24), width - 128];
  const scale = (kind === "log" ? scaleLog : scaleLinear)(domain, [left, right]).clamp(true);
  return picture(
    width,
    changes.length * rowHeight,
    changes.flatMap(({ label, before, after }, i) => {
      const y = i * rowHeight + 6;
      return [
        text(0, y + 8, label),
        bar({ x: left, y, width: right - left, height: 8 }, colours.track),
        ...changeBar(
          scale(Math.max(smallest, before)),
          after === null ? null : scale(Math.max(smallest, after)),
          left,
          y,
        ),
        text(width, y + 8, changeText(before, after), { colour: colours.quiet, anchor: "end" }),
      ];
    }),
  );
}

/** A bar from `from` to `to` with an arrowhead where it ends; from the axis's start where there is no `to`. */
function changeBar(from: number, to: number | null, start: number, y: number): SvgNode[] {
  if (to === null) return [bar({ x: start, y, width: from - start, height: 8 }, colours.bar)];
  if (to === from) return [];
  const direction = to > from ? 1 : -1;
  const fill = direction > 0 ? colours.positive : colours.negative;
  const head = [
    [to, y - 1],
    [to + direction * 5, y + 4],
    [to, y + 9],
  ];
  return [
    bar({ x: from, y, width: to - from, height: 8 }, fill, { radius: 0 }),
    node("polygon", { points: head.map(([px, py]) => `${px.toFixed(2)},${py}`).join(" "), fill }),
  ];
}

/** Both probabilities, with a digit more where three would hide that they differ. */
function changeText(before: number, after: number | null): string {
  if (after === null) return probability(before);
  const [from, to] = [probability(before), probability(after)];
  const digits = from === to && before !== after && before >= 0.0005 ? 5 : 3;
  return digits === 3 ? `${from} → ${to}` : `${decimal(before, digits)} → ${decimal(after, digits)}`;
}
