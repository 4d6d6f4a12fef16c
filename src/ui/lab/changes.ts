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
  { before, after, sampled, coefficient, fraction }: TokenAnalysis,
  firstOrder: TokenAnalysis["firstOrder"],
  label: Label,
): ScatterChangeData {
  const p = probabilities(before);
  const measured = before.map((logprob, v) => after[v] - logprob);
  const alone = logprobChangeAlone(before, sampled, coefficient ?? 0, fraction);
  const predicted = new Map(firstOrder.ids.map((id, i) => [id, fraction * firstOrder.change[i]]));
  const fit = (prediction: ArrayLike<number>, of: ArrayLike<number>) => ({
    correlation: correlation(prediction, of),
    slope: slopeThroughOrigin(prediction, of),
  });
  const ids = [...predicted.keys()];
  const likely = [...p.keys()].sort((a, b) => p[b] - p[a] || a - b).slice(0, mostTokens);
  return {
    tokens: likely.map((v) => ({
      ...{ label: label(v), before: p[v], measured: measured[v], alone: alone[v] },
      ...{ firstOrder: predicted.get(v) ?? null, isSampled: v === sampled },
    })),
    alone: fit(alone, measured),
    firstOrder:
      ids.length > 0
        ? fit(
            ids.map((id) => predicted.get(id)!),
            ids.map((id) => measured[id]),
          )
        : null,
  };
}

/** Where the mass went when one token was pushed, beside dp_v brought to the size of all that moved. */
export function massOf(
  { distributions, sampled }: TokenPush,
  advantage: number,
  label: Label,
): MassByRankData {
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
  return {
    ...{ steps: distributions.length - 1, direction: advantage < 0 ? "down" : "up" },
    tokens: ranked.slice(0, mostTokens).map(({ token, rank, before: p, change, cumulative }) => ({
      ...{ label: label(token), rank, before: p, change, cumulative },
      ...{ predicted: scale * flow[token], isPushed: token === sampled },
    })),
  };
}
