import type { ProbabilityChange } from "../../figures/probability_change";
import type { TokenInspection } from "../../runs/protocol";
import { tokenLabel } from "../text/token_pieces";

/** One token of the vocabulary at the inspected position. */
export interface TokenGradient {
  readonly id: number;
  readonly isSampled: boolean;
  readonly before: number;
  readonly after: number | null;
  /** What its logit receives by equation (2); null before the gradient. */
  readonly gradient: number | null;
}

/** The whole vocabulary at the inspected position, by id or by descending probability. */
export function vocabularyGradients(
  { before, after, sampled, coefficient }: TokenInspection,
  order: "probability" | "id",
): TokenGradient[] {
  const tokens = Array.from(before, (logprob, id): TokenGradient => {
    const p = Math.exp(logprob);
    const isSampled = id === sampled;
    return {
      ...{ id, isSampled, before: p },
      after: after && Math.exp(after[id]),
      gradient: coefficient === null ? null : isSampled ? coefficient * (1 - p) : -coefficient * p,
    };
  });
  return order === "id" ? tokens : tokens.sort((a, b) => b.before - a.before || a.id - b.id);
}

/** The sampled token, and those that the update moved most; before the update, the likeliest ones. */
export function topMovers(tokens: readonly TokenGradient[], others: number): TokenGradient[] {
  const size = ({ before, after }: TokenGradient) => (after === null ? before : Math.abs(after - before));
  const rest = tokens.filter(({ isSampled }) => !isSampled).sort((a, b) => size(b) - size(a));
  return [...tokens.filter(({ isSampled }) => isSampled), ...rest.slice(0, others)];
}

export const changeOf = (
  { id, before, after }: TokenGradient,
  vocabulary: readonly string[],
): ProbabilityChange => ({
  label: tokenLabel(vocabulary[id] ?? String(id)),
  ...{ before, after },
});
