import { rankOrder } from "../../analysis/rank_order";
import {
  correlation,
  logprobChangeAlone,
  massByRank,
  probabilities,
  probabilityFlow,
  slopeThroughOrigin,
} from "../../analysis/logits";
import type { MassByRankData } from "../../figures/mass_by_rank";
import type { ScatterChangeData } from "../../figures/scatter_change";
import type { TokenAnalysis, TokenPush } from "../../runs/protocol";

type Label = (id: number) => string;

/** Tokens that are drawn one by one: the likeliest. */
const mostTokens = 600;

/**
 * What a fraction of a step did at one position beside both predictions. `firstOrder` is that of the whole step: it
 * shrinks with the fraction. Fits are over all tokens that a prediction was made for.
 */
export function changesOf(
  analysis: TokenAnalysis,
  firstOrder: TokenAnalysis["firstOrder"],
  label: Label,
): ScatterChangeData {
  const { before, sampled, fraction } = analysis;
  const p = probabilities(before);
  const predictions = predictionsOf(analysis, firstOrder);
  const { predicted: alone, measured } = predictions.alone;
  const predicted = new Map(firstOrder.ids.map((id, i) => [id, fraction * firstOrder.change[i]]));
  const fit = ({ predicted, measured }: Prediction) => ({
    correlation: correlation(predicted, measured),
    slope: slopeThroughOrigin(predicted, measured),
  });
  const likely = [...rankOrder(before).subarray(0, mostTokens)];
  return {
    tokens: likely.map((v) => ({
      ...{ label: label(v), before: p[v], measured: measured[v], alone: alone[v] },
      ...{ firstOrder: predicted.get(v) ?? null, isSampled: v === sampled },
    })),
    alone: fit(predictions.alone),
    firstOrder: predictions.firstOrder && fit(predictions.firstOrder),
  };
}

/** Changes of ln p of the same tokens, in nats: as predicted and as measured. */
export interface Prediction {
  readonly predicted: ArrayLike<number>;
  readonly measured: ArrayLike<number>;
}

/** What the fits are taken of. `firstOrder` is that of the whole step; null without a token that it was taken for. */
export function predictionsOf(
  { before, after, sampled, coefficient, fraction }: TokenAnalysis,
  { ids, change }: TokenAnalysis["firstOrder"],
): { readonly alone: Prediction; readonly firstOrder: Prediction | null } {
  const measured = before.map((logprob, v) => after[v] - logprob);
  return {
    alone: { predicted: logprobChangeAlone(before, sampled, coefficient ?? 0, fraction), measured },
    firstOrder:
      ids.length > 0
        ? { predicted: change.map((of) => fraction * of), measured: ids.map((id) => measured[id]) }
        : null,
  };
}

/** Where the mass went when one token was pushed, beside dp_v brought to the size of all that moved. */
export function massOf(push: TokenPush, advantage: number, label: Label): MassByRankData {
  const { distributions, sampled } = push;
  const { ranked, flow, scale } = pushOf(push, advantage);
  return {
    ...{ steps: distributions.length - 1, direction: advantage < 0 ? "down" : "up" },
    tokens: ranked.slice(0, mostTokens).map(({ token, rank, before: p, change, cumulative }) => ({
      ...{ label: label(token), rank, before: p, change, cumulative },
      ...{ predicted: scale * flow[token], isPushed: token === sampled },
    })),
  };
}

/** The tokens by rank with their changes, dp_v of the formula, and what brings that to the size of all that moved. */
export function pushOf({ distributions, sampled }: TokenPush, advantage: number) {
  const [before, after] = [distributions[0], distributions.at(-1)!];
  const side = advantage < 0 ? "gained" : "lost";
  const flow = probabilityFlow(before, sampled, advantage);
  const ranked = massByRank(before, after, { side });
  const moved = (changes: Iterable<number>) => {
    let sum = 0;
    for (const change of changes) sum += Math.max(0, side === "gained" ? change : -change);
    return sum;
  };
  const whole = moved(flow);
  const scale = whole > 0 ? moved(ranked.map(({ change }) => change)) / whole : 0;
  return { before, after, ranked, flow, scale };
}

/** The token that changed most of those that were not pushed. */
export const mostMoved = ({ ranked }: ReturnType<typeof pushOf>, sampled: number) =>
  ranked
    .filter(({ token }) => token !== sampled)
    .reduce((most, one) => (Math.abs(one.change) > Math.abs(most.change) ? one : most));
