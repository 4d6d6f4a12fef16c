/** Where the cells of a vocabulary lie. Indices go over its cells and on over the ranges of its tail. */

export interface GridLayout {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  /** Of a cell with its gap. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Ranges of ranks below the cells, one a line. */
  readonly tail: number;
  /** Where the first of them begins. */
  readonly tailTop: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How many cells are drawn at most; what is less likely is added up. Whole rows of every number of columns. */
export const mostCells = 640;

export const tailLine = 20;
const wordsLine = 16;

/** A grid of `count` cells, as many columns as fit at about ten pixels each; room for words and a tail below. */
export function gridLayout(
  count: number,
  width: number,
  { tail = 0, hasWords = false }: { readonly tail?: number; readonly hasWords?: boolean } = {},
): GridLayout {
  const columns = [128, 64, 32, 16].find((n) => width / n >= 8.2) ?? 16;
  const cellWidth = width / columns;
  const cellHeight = Math.max(11, Math.min(16, cellWidth * 1.45));
  const rows = Math.ceil(count / columns);
  const tailTop = rows * cellHeight + (hasWords ? wordsLine : 0);
  const height = tailTop + tail * tailLine;
  return { count, columns, rows, width, height, cellWidth, cellHeight, tail, tailTop };
}

/** Index of the cell or range at a point, or null outside. */
export function cellAt(layout: GridLayout, x: number, y: number): number | null {
  const { count, columns, rows, cellWidth, cellHeight, tail, tailTop, width } = layout;
  if (x < 0 || y < 0 || x >= width) return null;
  const [column, row] = [Math.floor(x / cellWidth), Math.floor(y / cellHeight)];
  const index = row * columns + column;
  if (row < rows) return index < count ? index : null;
  const line = Math.floor((y - tailTop) / tailLine);
  return line >= 0 && line < tail ? count + line : null;
}

/** The box of a cell; of a range, that at the head of its line. */
export function cellBox(layout: GridLayout, index: number): Box {
  const { count, columns, cellWidth, cellHeight, tailTop } = layout;
  if (index >= count) return { x: 0.5, y: tailTop + (index - count) * tailLine + 3.5, width: 13, height: 13 };
  return {
    x: (index % columns) * cellWidth + 0.5,
    y: Math.floor(index / columns) * cellHeight + 0.5,
    width: cellWidth - 1,
    height: cellHeight - 1,
  };
}

/** Where an arrow key, Home or End leads from a cell; null for other keys. */
export function movedCell({ count, columns, tail }: GridLayout, from: number, key: string): number | null {
  const last = count + tail - 1;
  const inTail = from >= count;
  const within = (index: number) => Math.max(0, Math.min(last, index));
  switch (key) {
    case "ArrowLeft":
      return within(from - 1);
    case "ArrowRight":
      return within(from + 1);
    case "ArrowUp":
      return inTail ? from - 1 : from >= columns ? from - columns : from;
    case "ArrowDown":
      if (inTail) return within(from + 1);
      return from + columns < count ? from + columns : within(tail > 0 ? count : from);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}
