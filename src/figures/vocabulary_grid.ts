import { count, probability, signedSignificant } from "./format";
import { signColour } from "./marks";
import { colours, node, picture, rounded, text, type SvgNode } from "./svg";
import { cellBox, tailLine, type Box, type GridLayout } from "./vocabulary_layout";
import type { TailRange } from "./vocabulary_ranks";

/** One token of the vocabulary, in the order in which the grid shows them. */
export interface VocabularyCell {
  /** What the token's logit receives; or its probability, where there is no gradient. */
  readonly value: number;
  readonly isSampled: boolean;
}

export interface GridOptions {
  readonly hasGradient: boolean;
  /** What has no cell of its own, by ranges of ranks. */
  readonly tail?: readonly TailRange[];
}

export interface MarkOptions extends GridOptions {
  /** Index of the cell or range that is pointed at. */
  readonly selected?: number | null;
  /** Below the first cells and the last ones: in what order they come. */
  readonly words?: readonly [first: string, last: string] | null;
}

/** What is painted: filled boxes, and over them the signs, in one layer a colour. */
export interface GridPaint {
  readonly boxes: readonly (Box & Fill)[];
  readonly signs: readonly (Fill & { readonly bars: readonly Box[] })[];
}

export interface Fill {
  readonly colour: string;
  readonly opacity: number;
}

/**
 * How strongly a cell is coloured: the square root of its share of the largest value, so that the tail of the
 * vocabulary, orders of magnitude below, still shows that it receives something.
 */
export const cellStrength = (value: number, largest: number): number =>
  largest > 0 ? Math.sqrt(Math.min(1, Math.abs(value) / largest)) : 0;

/**
 * The vocabulary as boxes, each as strongly coloured as what its token's logit receives and with the sign of it; a range
 * of the tail by what it receives altogether. Without a gradient, shades of probability.
 */
export function gridPaint(
  cells: readonly VocabularyCell[],
  layout: GridLayout,
  { hasGradient, tail = [] }: GridOptions,
): GridPaint {
  let largest = 0;
  for (const { value, isSampled } of cells)
    if (!isSampled || !hasGradient) largest = Math.max(largest, Math.abs(value));
  const all = [...cells, ...tail.map(({ p, gradient }) => ({ value: gradient ?? p, isSampled: false }))];
  const layers = {
    strong: { colour: colours.paper, opacity: 0.9, bars: [] as Box[] },
    more: { colour: colours.positive, opacity: 0.6, bars: [] as Box[] },
    less: { colour: colours.negative, opacity: 0.6, bars: [] as Box[] },
  };
  const boxes = all.map(({ value, isSampled }, index) => {
    const box = cellBox(layout, index);
    if (value === 0) return { ...box, colour: colours.track, opacity: 1 };
    if (!hasGradient)
      return { ...box, colour: colours.ink, opacity: 0.07 + 0.88 * cellStrength(value, largest) };
    const strength = isSampled ? 1 : cellStrength(value, largest);
    const layer = strength > 0.5 ? layers.strong : value > 0 ? layers.more : layers.less;
    layer.bars.push(...signBars(box, value, strength));
    return { ...box, colour: signColour(value), opacity: 0.07 + 0.88 * strength };
  });
  return { boxes, signs: Object.values(layers).filter(({ bars }) => bars.length > 0) };
}

/** A plus or a minus in the middle of a box, larger where more is received. */
function signBars({ x, y, width, height }: Box, value: number, strength: number): Box[] {
  const arm = Math.min(1.9 + 1.1 * strength, width / 2 - 1);
  const [half, middleX, middleY] = [0.5, x + width / 2, y + height / 2];
  const minus = { x: middleX - arm, y: middleY - half, width: 2 * arm, height: 2 * half };
  if (value < 0) return [minus];
  const [above, below] = [middleY - arm, middleY + half];
  const stem = { x: middleX - half, width: 2 * half, height: arm - half };
  return [minus, { ...stem, y: above }, { ...stem, y: below }];
}

/** What stands over the painted cells: frames of the sampled one and the one pointed at, words, and the tail in numbers. */
export function gridMarks(
  cells: readonly VocabularyCell[],
  layout: GridLayout,
  { hasGradient, tail = [], selected = null, words = null }: MarkOptions,
): SvgNode[] {
  const sampled = cells.findIndex(({ isSampled }) => isSampled);
  const frame = (index: number, width: number) => {
    const stroke = { fill: "none", stroke: colours.ink, "stroke-width": width };
    return node("rect", { ...cellBox(layout, index), rx: 1.5, ...stroke });
  };
  const quiet = { size: 11, colour: colours.quiet };
  const { width, rows, cellHeight, tailTop } = layout;
  return [
    ...(sampled < 0 ? [] : [frame(sampled, 2)]),
    ...(selected === null ? [] : [frame(selected, 1.5)]),
    ...(words === null
      ? []
      : [
          text(0, rows * cellHeight + 11, words[0], quiet),
          text(width, rows * cellHeight + 11, words[1], { ...quiet, anchor: "end" }),
        ]),
    ...tail.flatMap(({ from, to, count: tokens, p, gradient }, i) => {
      const y = tailTop + i * tailLine + 14;
      const shown = hasGradient && gradient !== null;
      return [
        text(20, y, `${count(tokens)} at ranks ${count(from)}–${count(to)}`, { size: 11 }),
        text(shown ? width * 0.8 : width, y, `p ${probability(p)}`, { size: 11, anchor: "end" }),
        ...(shown ? [text(width, y, signedSignificant(gradient), { size: 11, anchor: "end" })] : []),
      ];
    }),
  ];
}

/** The same picture in one piece, for a file: what is painted, and the marks over it. */
export function vocabularyGrid(
  cells: readonly VocabularyCell[],
  layout: GridLayout,
  options: MarkOptions,
): SvgNode {
  const { boxes, signs } = gridPaint(cells, layout, options);
  const path = ({ x, y, width, height }: Box) =>
    `M${rounded(x)} ${rounded(y)}h${rounded(width)}v${rounded(height)}h${rounded(-width)}z`;
  return picture(layout.width, layout.height, [
    ...boxes.map(({ colour, opacity, ...box }) =>
      node("rect", { ...box, rx: 1.5, fill: colour, "fill-opacity": opacity === 1 ? null : opacity }),
    ),
    ...signs.map(({ colour, opacity, bars }) =>
      node("path", { d: bars.map(path).join(""), fill: colour, "fill-opacity": opacity }),
    ),
    ...gridMarks(cells, layout, options),
  ]);
}
