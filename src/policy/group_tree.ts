import { groupRows, type RowGroups } from "../kernels/embedding/embedding";
import { queryEnds } from "../kernels/attention/attention";
import type { Tree } from "./policy";

type Indices = Uint32Array<ArrayBuffer>;

/**
 * Trees packed into one batch without padding. Rows are input tokens; a branch's last token predicts nothing and
 * is left out. For every row two key ranges say what it sees: its prompt, and its own branch up to itself.
 */
export interface PackedBatch {
  readonly tokens: Indices;
  readonly positions: Indices;
  /** Four per row: promptStart, promptEnd, branchStart, branchEnd. */
  readonly ranges: Indices;
  /** Per key row the end of the query rows that see it. */
  readonly queryEnds: Indices;
  /** For each predicted token, in order of tree, branch and position: the row that predicts it. */
  readonly headRows: Indices;
  /** The same rows sorted, for the way back. */
  readonly headGroups: RowGroups;
  /** The predicted tokens. */
  readonly targets: Indices;
  /** The input tokens sorted by id, for the gradient of the embedding. */
  readonly tokenGroups: RowGroups;
  /** Where each branch's predicted tokens lie in `targets`. */
  readonly spans: readonly BranchSpan[];
}

export interface BranchSpan {
  readonly tree: number;
  readonly branch: number;
  readonly start: number;
  readonly end: number;
}

/** Packs `trees`; their numbers in the spans count from `firstTree`. */
export function pack(trees: readonly Tree[], firstTree = 0): PackedBatch {
  const [tokens, positions, ranges, headRows, targets]: number[][] = [[], [], [], [], []];
  const spans: BranchSpan[] = [];
  for (const [index, { prompt, branches }] of trees.entries()) {
    const promptStart = tokens.length;
    const promptEnd = promptStart + prompt.length;
    for (const [i, token] of prompt.entries()) {
      tokens.push(token);
      positions.push(i);
      ranges.push(promptStart, promptStart, promptStart, promptStart + i + 1);
    }
    for (const [branch, ids] of branches.entries()) {
      const branchStart = tokens.length;
      const start = targets.length;
      for (const [i, token] of ids.entries()) {
        const predictor = i > 0 ? branchStart + i - 1 : promptEnd - 1;
        if (i > 0 || prompt.length > 0) {
          headRows.push(predictor);
          targets.push(token);
        }
        if (i + 1 === ids.length) break;
        tokens.push(token);
        positions.push(prompt.length + i);
        ranges.push(promptStart, promptEnd, branchStart, branchStart + i + 1);
      }
      spans.push({ tree: firstTree + index, branch, start, end: targets.length });
    }
  }
  return {
    tokens: Uint32Array.from(tokens),
    positions: Uint32Array.from(positions),
    ranges: Uint32Array.from(ranges),
    queryEnds: queryEnds(ranges),
    headRows: Uint32Array.from(headRows),
    headGroups: groupRows(headRows),
    targets: Uint32Array.from(targets),
    tokenGroups: groupRows(tokens),
    spans,
  };
}

/** Input rows that a tree takes in a batch. */
export const rowsOf = ({ prompt, branches }: Tree): number =>
  branches.reduce((rows, ids) => rows + Math.max(0, ids.length - 1), prompt.length);

/** Cuts a list of trees into runs of at most `maxRows` rows; a tree is never divided. */
export function* microBatches(trees: readonly Tree[], maxRows: number): Generator<PackedBatch> {
  let first = 0;
  let rows = 0;
  for (const [i, tree] of trees.entries()) {
    const more = rowsOf(tree);
    if (i > first && rows + more > maxRows) {
      yield pack(trees.slice(first, i), first);
      [first, rows] = [i, 0];
    }
    rows += more;
  }
  if (first < trees.length) yield pack(trees.slice(first), first);
}
