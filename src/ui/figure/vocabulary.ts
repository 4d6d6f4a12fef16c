import { logitGradient, probabilities } from "../../analysis/logits";
import { rankOrder } from "../../analysis/rank_order";
import type { FigureTable } from "../../figures/figure_text";
import { count, probability, signedSignificant } from "../../figures/format";
import type { SvgNode } from "../../figures/svg";
import { vocabularyGrid, type VocabularyCell } from "../../figures/vocabulary_grid";
import { gridLayout, mostCells, type GridLayout } from "../../figures/vocabulary_layout";
import { shownTokens, type ShownTokens, type TailRange } from "../../figures/vocabulary_ranks";
import { logitFormula } from "../text/explain_token";
import { tokenLabel } from "../text/token_pieces";

/** The vocabulary at one position: a column for each quantity, one number a token, in the order of ids. */
export interface VocabularyColumns {
  readonly sampled: number;
  /** c of equation (2); null before the gradient. */
  readonly coefficient: number | null;
  readonly before: Float64Array;
  readonly after: Float64Array | null;
  /** What each logit receives by equation (2): adds up to zero; null before the gradient. */
  readonly gradient: Float64Array | null;
  /** Ids by descending probability before the update. */
  readonly ranked: Uint32Array;
  /** The likeliest and the sampled one, and the others added up by rank. */
  readonly shown: ShownTokens;
}

export type VocabularyOrder = "probability" | "id";

/** What a picture of it shows: tokens with a cell of their own, and the tail in ranges. */
export interface VocabularyView {
  readonly ids: Uint32Array;
  readonly cells: readonly VocabularyCell[];
  readonly tail: readonly TailRange[];
  readonly hasGradient: boolean;
  /** What the order is called at its two ends. */
  readonly words: readonly [first: string, last: string];
}

/** Columns from ln p of every token before and after the update. */
export function vocabularyColumns(position: {
  readonly before: Float32Array;
  readonly after: Float32Array | null;
  readonly sampled: number;
  readonly coefficient: number | null;
}): VocabularyColumns {
  const { after, sampled, coefficient } = position;
  const before = probabilities(position.before);
  const gradient = coefficient === null ? null : logitGradient(position.before, sampled, coefficient);
  const ranked = rankOrder(position.before);
  const shown = shownTokens(ranked, before, gradient, { sampled, most: mostCells });
  return { sampled, coefficient, before, after: after && probabilities(after), gradient, ranked, shown };
}

/** The likeliest tokens and the sampled one as cells, in either order; the others added up by rank. */
export function vocabularyView(
  { shown, before, gradient, sampled }: VocabularyColumns,
  order: VocabularyOrder,
): VocabularyView {
  const { tail } = shown;
  const ids = order === "id" ? shown.ids.toSorted() : shown.ids;
  const values = gradient ?? before;
  const below = tail.length > 0 ? "; all others below" : "";
  const lastRank = tail.length > 0 ? tail[0].from - 1 : ids.length;
  const sampledToo = lastRank < ids.length ? ", and the sampled one" : "";
  return {
    ...{ ids, tail, hasGradient: gradient !== null },
    cells: Array.from(ids, (id) => ({ value: values[id], isSampled: id === sampled })),
    words:
      order === "id"
        ? [`id ${ids[0]}`, `id ${ids[ids.length - 1]}${below}`]
        : ["most likely", `rank ${count(lastRank)}${sampledToo}${below}`],
  };
}

export const viewLayout = ({ cells, tail }: VocabularyView, width: number): GridLayout =>
  gridLayout(cells.length, width, { tail: tail.length, hasWords: true });

/** The picture in one piece, for a file. */
export const drawVocabulary = (view: VocabularyView, width: number): SvgNode =>
  vocabularyGrid(view.cells, viewLayout(view, width), view);

/** A cell or a range of the picture in words. */
export const readCell = (
  columns: VocabularyColumns,
  { ids, tail }: VocabularyView,
  index: number,
  vocabulary: readonly string[],
): string =>
  index < ids.length ? readToken(columns, ids[index], vocabulary) : readRange(tail[index - ids.length]);

/** A token in words: its probability, and the formula of what its logit gets with its numbers. */
function readToken(columns: VocabularyColumns, id: number, vocabulary: readonly string[]): string {
  const { before, after, coefficient, sampled } = columns;
  const change = `p ${probability(before[id])}${after === null ? "" : ` → ${probability(after[id])}`}`;
  const formula = coefficient === null ? "" : `; ${logitFormula(coefficient, before[id], id === sampled)}`;
  return `${labelOf(vocabulary, id)}: ${change}${formula}`;
}

/** A range of the tail in words. */
function readRange({ from, to, count: tokens, p, gradient }: TailRange): string {
  const received = gradient === null ? "" : `; their logits get ${signedSignificant(gradient)} together`;
  return `${count(tokens)} tokens at ranks ${count(from)} to ${count(to)}: p ${probability(p)} together${received}`;
}

const labelOf = (vocabulary: readonly string[], id: number) => tokenLabel(vocabulary[id] ?? String(id), 24);

/** The whole vocabulary by descending probability or by id; what a logit gets is empty before the gradient. */
export function vocabularyTable(
  { ranked, sampled, before, after, gradient }: VocabularyColumns,
  order: VocabularyOrder,
  vocabulary: readonly string[],
): FigureTable {
  return {
    columns: ["id", "token", "sampled", "p before", "p after", "its logit gets"],
    rows: Array.from(order === "id" ? ranked.toSorted() : ranked, (id) => [
      id,
      vocabulary[id] ?? "",
      id === sampled ? "sampled" : "",
      before[id],
      after && after[id],
      gradient && gradient[id],
    ]),
  };
}
