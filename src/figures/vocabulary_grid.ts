import { colours, node, picture, type SvgNode } from "./svg";

/** One token of the vocabulary, in the order in which the grid shows them. */
export interface VocabularyCell {
  /** What the token's logit receives; or its probability, where there is no gradient. */
  readonly value: number;
  readonly isSampled: boolean;
}

export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  /** Of a cell with its gap. */
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** How many cells are drawn as elements of their own; beyond it a page had better paint pixels. */
export const mostCells = 600;

/** A grid of `count` cells, as many columns as fit at about ten pixels each. */
export function gridLayout(count: number, width: number): GridLayout {
  const columns = [128, 64, 32, 16].find((n) => width / n >= 8.2) ?? 16;
  const cellWidth = width / columns;
  const cellHeight = Math.max(11, Math.min(16, cellWidth * 1.45));
  const rows = Math.ceil(count / columns);
  return { columns, rows, width, height: rows * cellHeight, cellWidth, cellHeight };
}

/** Index of the cell at a point of the grid, or null outside. */
export function cellAt(
  { columns, cellWidth, cellHeight }: GridLayout,
  count: number,
  x: number,
  y: number,
): number | null {
  const [column, row] = [Math.floor(x / cellWidth), Math.floor(y / cellHeight)];
  const index = row * columns + column;
  return x >= 0 && y >= 0 && column < columns && index < count ? index : null;
}

/**
 * How strongly a cell is coloured: the square root of its share of the largest value, so that the tail of the
 * vocabulary, orders of magnitude below, still shows that it receives something.
 */
export const cellStrength = (value: number, largest: number): number =>
  largest > 0 ? Math.sqrt(Math.min(1, Math.abs(value) / largest)) : 0;

/**
 * The vocabulary as a grid: each cell as strongly coloured as what its token's logit receives. The sampled token is
 * outlined and carries the sign; all others receive the other sign. Without a gradient, shades of probability.
 */
export function vocabularyGrid(
  cells: readonly VocabularyCell[],
  layout: GridLayout,
  { hasGradient, selected = null }: { readonly hasGradient: boolean; readonly selected?: number | null },
): SvgNode {
  const largest = cells.reduce(
    (most, { value, isSampled }) => (isSampled && hasGradient ? most : Math.max(most, Math.abs(value))),
    0,
  );
  const colourOf = (value: number) => {
    if (!hasGradient) return colours.ink;
    return value > 0 ? colours.positive : colours.negative;
  };
  const box = (index: number) => ({
    x: (index % layout.columns) * layout.cellWidth + 0.5,
    y: Math.floor(index / layout.columns) * layout.cellHeight + 0.5,
    width: layout.cellWidth - 1,
    height: layout.cellHeight - 1,
    rx: 1.5,
  });
  const strengthOf = ({ value, isSampled }: VocabularyCell) =>
    isSampled && hasGradient && value !== 0 ? 1 : cellStrength(value, largest);
  const sampled = cells.findIndex(({ isSampled }) => isSampled);
  return picture(layout.width, layout.height, [
    ...cells.map((cell, index) =>
      node("rect", {
        ...box(index),
        fill: cell.value === 0 ? colours.track : colourOf(cell.value),
        "fill-opacity": cell.value === 0 ? null : 0.07 + 0.88 * strengthOf(cell),
      }),
    ),
    ...(sampled < 0 ? [] : outlined(box(sampled), hasGradient ? cells[sampled].value : 0)),
    ...(selected === null
      ? []
      : [node("rect", { ...box(selected), fill: "none", stroke: colours.ink, "stroke-width": 1.5 })]),
  ]);
}

function outlined(box: { x: number; y: number; width: number; height: number }, value: number): SvgNode[] {
  const frame = node("rect", { ...box, rx: 1.5, fill: "none", stroke: colours.ink, "stroke-width": 2 });
  if (value === 0) return [frame];
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const arm = Math.min(3, box.width / 2 - 1);
  const stroke = { stroke: colours.paper, "stroke-width": 1.4 };
  const signs = [node("line", { x1: x - arm, y1: y, x2: x + arm, y2: y, ...stroke })];
  if (value > 0) signs.push(node("line", { x1: x, y1: y - arm, x2: x, y2: y + arm, ...stroke }));
  return [frame, ...signs];
}
