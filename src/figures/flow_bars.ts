import { signedSignificant } from "./format";
import { bar, colours, picture, text, type SvgNode } from "./svg";

/** One of the four flows of an update, by where it comes from. */
export interface Flow {
  readonly label: string;
  readonly sign: "positive" | "negative";
  readonly isSampled: boolean;
  readonly rollouts: number;
  readonly revisions: number;
}

const rowHeight = 20;

/**
 * The flows as bars of one scale: what rollouts give in the colour of the sign of A, what revisions give in purple
 * behind it; lighter for unsampled logits. The number is the sum, with its sign.
 */
export function flowBars(flows: readonly Flow[], width: number): SvgNode {
  const [left, right] = [Math.min(132, width * 0.37), width - 60];
  const largest = Math.max(
    ...flows.map(({ rollouts, revisions }) => Math.abs(rollouts + revisions)),
    Number.MIN_VALUE,
  );
  const lengthOf = (value: number) => (Math.abs(value) / largest) * (right - left);
  return picture(
    width,
    flows.length * rowHeight,
    flows.flatMap(({ label, sign, isSampled, rollouts, revisions }, i) => {
      const y = i * rowHeight + 6;
      const opacity = isSampled ? 1 : 0.45;
      const own = lengthOf(rollouts);
      return [
        text(0, y + 8, label),
        bar({ x: left, y, width: right - left, height: 8 }, colours.track),
        bar({ x: left, y, width: own, height: 8 }, colours[sign], { opacity }),
        bar({ x: left + own, y, width: lengthOf(revisions), height: 8 }, colours.hindsight, { opacity }),
        text(width, y + 8, signedSignificant(rollouts + revisions), { anchor: "end", weight: 600 }),
      ];
    }),
  );
}
