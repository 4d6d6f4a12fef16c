import type { ProbabilityChange } from "../../figures/probability_change";
import { tokenLabel } from "../text/token_pieces";
import type { VocabularyColumns } from "../figure/vocabulary";

/** Ids of the sampled token, and of those that the update moved most; before the update, of the likeliest ones. */
export function topMovers({ sampled, before, after, ranked }: VocabularyColumns, others: number): number[] {
  const size = (id: number) => (after === null ? before[id] : Math.abs(after[id] - before[id]));
  const top: number[] = [];
  // Most tokens of a large vocabulary are out at the first comparison: no need to sort them all.
  for (const id of ranked) {
    if (id === sampled) continue;
    if (top.length === others && size(id) <= size(top[others - 1])) continue;
    const place = top.findIndex((other) => size(other) < size(id));
    top.splice(place < 0 ? top.length : place, 0, id);
    top.length = Math.min(top.length, others);
  }
  return [sampled, ...top];
}

export const changeOf = (
  { before, after }: VocabularyColumns,
  id: number,
  vocabulary: readonly string[],
): ProbabilityChange => ({
  label: tokenLabel(vocabulary[id] ?? String(id)),
  before: before[id],
  after: after && after[id],
});
