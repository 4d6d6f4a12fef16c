import type { FigureTable, FigureText } from "./figure_text";
import { percent, significant } from "./format";
import { colours, node, picture, text, type SvgNode } from "./svg";

/** Σ |c|(1 − p) by the sign of the coefficient: what sampled logits receive, and unsampled ones the opposite. */
export interface SourceFlows {
  readonly positive: number;
  readonly negative: number;
}

/** Of the mass that failed rollouts were pushed off, what is known: where a better response shows where it should go. */
export interface KnownDiffusion {
  /** What landed on next tokens of better responses. */
  readonly desired: number;
  /** All that was pushed off at these positions. */
  readonly diffused: number;
}

export interface FlowPictureData {
  readonly rollouts: SourceFlows;
  readonly revisions: SourceFlows;
  /** Null where it was not taken: the unsampled end is then one. */
  readonly diffusion: KnownDiffusion | null;
}

interface End {
  readonly label: string;
  readonly note: string;
  readonly size: number;
}

interface Ribbon {
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly colour: string;
  readonly isSampled: boolean;
}

const gap = 34;
const bodyHeight = 150;
const nodeWidth = 7;

/**
 * The four flows as ribbons, as wide as what flows: on the left where they come from, on the right what receives them.
 * Each source gives the same amount to sampled and to unsampled logits, with opposite signs. Rollouts are in the colour
 * of the sign of A, revisions in purple; paler towards unsampled logits. ▲ is raised, ▼ is lowered.
 */
export function flowPicture(data: FlowPictureData, width: number): SvgNode {
  const { sources, ends, ribbons } = layoutOf(data);
  const total = sources.reduce((sum, { size }) => sum + size, 0);
  const scale = total > 0 ? bodyHeight / total : 0;
  const height = bodyHeight + gap * Math.max(sources.length, ends.length);
  const [left, right] = [Math.min(120, width * 0.29), width - Math.min(150, width * 0.37)];
  const [starts, stops] = [stacked(sources, scale), stacked(ends, scale)];
  const [used, filled] = [sources.map(() => 0), ends.map(() => 0)];
  const paths = ribbons.map(({ from, to, size, colour, isSampled }) => {
    const thick = size * scale;
    const y0 = starts[from] + used[from] + thick / 2;
    const y1 = stops[to] + filled[to] + thick / 2;
    used[from] += thick;
    filled[to] += thick;
    const middle = (left + right) / 2;
    return node("path", {
      d: `M${left + nodeWidth},${y0.toFixed(2)}C${middle.toFixed(2)},${y0.toFixed(2)} ${middle.toFixed(2)},${y1.toFixed(2)} ${(right - nodeWidth).toFixed(2)},${y1.toFixed(2)}`,
      ...{ fill: "none", stroke: colour, "stroke-width": thick, "stroke-opacity": isSampled ? 0.75 : 0.4 },
    });
  });
  const block = (x: number, y: number, { size }: End) =>
    node("rect", {
      x,
      y,
      width: nodeWidth,
      height: size > 0 ? Math.max(1, size * scale) : 0,
      fill: colours.ink,
    });
  return picture(width, height, [
    ...paths,
    ...sources.flatMap((end, i) => [block(left, starts[i], end), ...words(end, 0, starts[i], "start")]),
    ...ends.flatMap((end, i) => [
      block(right - nodeWidth, stops[i], end),
      ...words(end, width, stops[i], "end"),
    ]),
  ]);
}

/** Tops of blocks that stand under each other, each with room for two lines of words above it. */
function stacked(ends: readonly End[], scale: number): number[] {
  let y = 0;
  return ends.map(({ size }) => {
    y += gap;
    const top = y;
    y += size * scale;
    return top;
  });
}

const words = ({ label, note }: End, x: number, top: number, anchor: "start" | "end"): SvgNode[] => [
  text(x, top - 17, label, { size: 11, anchor }),
  text(x, top - 4, note, { size: 11, anchor, weight: 600 }),
];

function layoutOf({ rollouts, revisions, diffusion }: FlowPictureData) {
  const sources = [
    { label: "A > 0, rollouts", mass: rollouts.positive, colour: colours.positive },
    { label: "A > 0, revisions", mass: revisions.positive, colour: colours.hindsight },
    { label: "A < 0, rollouts", mass: rollouts.negative, colour: colours.negative },
    { label: "A < 0, revisions", mass: revisions.negative, colour: colours.hindsight },
  ];
  const positive = rollouts.positive + revisions.positive;
  const negative = rollouts.negative + revisions.negative;
  const raised: { label: string; size: number }[] = diffusion
    ? [
        { label: "unsampled, desired", size: diffusion.desired },
        { label: "unsampled, elsewhere", size: diffusion.diffused - diffusion.desired },
        // No better response shares the prefix, so that nobody knows what would be desired.
        { label: "unsampled, unknown", size: Math.max(0, negative - diffusion.diffused) },
      ]
    : [{ label: "unsampled", size: negative }];
  const ends: End[] = [
    { label: "sampled", size: positive, note: `▲ ${significant(positive)}` },
    { label: "sampled", size: negative, note: `▼ ${significant(negative)}` },
    { label: "unsampled", size: positive, note: `▼ ${significant(positive)}` },
    ...raised.map((end) => ({ ...end, note: `▲ ${significant(end.size)}` })),
  ];
  const ribbons = sources.flatMap(({ mass, colour }, from): Ribbon[] => {
    if (mass === 0) return [];
    if (from < 2) return [0, 2].map((to) => ({ from, to, size: mass, colour, isSampled: to === 0 }));
    // Desired and elsewhere are taken over rollouts.
    const parts = from === 2 ? masses(mass, diffusion) : [0, 0, mass];
    return [
      { from, to: 1, size: mass, colour, isSampled: true },
      ...(diffusion
        ? parts.flatMap((size, i) => (size > 0 ? [{ from, to: 3 + i, size, colour, isSampled: false }] : []))
        : [{ from, to: 3, size: mass, colour, isSampled: false }]),
    ];
  });
  return {
    sources: sources.map(({ label, mass }): End => ({
      label,
      size: 2 * mass,
      note: mass > 0 ? `2 × ${significant(mass)}` : "0",
    })),
    ends,
    ribbons,
  };
}

/** Desired, elsewhere, and what is left of a mass. */
const masses = (mass: number, diffusion: KnownDiffusion | null): number[] =>
  diffusion
    ? [diffusion.desired, diffusion.diffused - diffusion.desired, Math.max(0, mass - diffusion.diffused)]
    : [];

export function flowPictureText({ rollouts, revisions, diffusion }: FlowPictureData): FigureText {
  const said = (name: string, { positive, negative }: SourceFlows) =>
    `${name}: ${significant(positive)} with A > 0, ${significant(negative)} with A < 0`;
  const share =
    diffusion && diffusion.diffused > 0
      ? ` Where a better response shows the way, ${percent(diffusion.desired / diffusion.diffused)} of the diffused mass is desired.`
      : "";
  return {
    title: "The four flows",
    summary: `${said("Rollouts", rollouts)}. ${said("Revisions", revisions)}.${share}`,
    legend:
      "width: Σ |c|(1 − p); blue: rollouts with A > 0, orange: with A < 0, purple: revisions; paler: to unsampled logits; ▲ raised, ▼ lowered",
    caption:
      "A positive advantage names the token that gains. A negative one only names the token that loses: the same amount is spread over everything unsampled, wanted or not.",
  };
}

export function flowPictureTable(data: FlowPictureData): FigureTable {
  const { sources, ends, ribbons } = layoutOf(data);
  return {
    columns: ["source", "receives", "direction", "Σ |c|(1 − p)"],
    rows: ribbons.map(({ from, to, size }) => [
      ...[sources[from].label, ends[to].label, ends[to].note.startsWith("▲") ? "raised" : "lowered", size],
    ]),
  };
}
