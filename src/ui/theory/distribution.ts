import { effectiveCount } from "../../analysis/flows";
import {
  logitGradient,
  logprobChangeAlone,
  massByRank,
  probabilities,
  probabilityFlow,
} from "../../analysis/logits";
import { rankOrder } from "../../analysis/rank_order";
import type { MassByRankData } from "../../figures/mass_by_rank";
import { probability, signedSignificant } from "../../figures/format";
import { log } from "../../kernels/math";
import type { RowBars } from "./row_bars";

/** The distribution of the next token at one place. */
export interface NextToken {
  /** ln p of every token. */
  readonly logprobs: ArrayLike<number>;
  /** Id of the token that was sampled there. */
  readonly sampled: number;
  readonly label: (id: number) => string;
  /** Where it comes from, in words. */
  readonly origin: string;
}

/** Equation (2) for the likeliest tokens, the sampled one, and all others in one row. */
export function gradientRows({ logprobs, sampled, label }: NextToken, advantage: number, most = 9): RowBars {
  const p = probabilities(logprobs);
  const g = logitGradient(logprobs, sampled, advantage);
  const likely = [...rankOrder(Float32Array.from(logprobs)).subarray(0, most)];
  const shown = likely.includes(sampled) ? likely : [...likely.slice(0, most - 1), sampled];
  const others = [...p.keys()].filter((v) => !shown.includes(v));
  const sum = (of: Float64Array) => others.reduce((total, v) => total + of[v], 0);
  return {
    rowName: "token",
    columns: [
      { name: "p", kind: "amount", format: probability, atLeast: 0.1 },
      { name: "∂(A ln p)/∂z", kind: "signed", format: signedSignificant },
    ],
    rows: [
      ...shown.map((v) => ({
        label: v === sampled ? `${label(v)}, sampled` : label(v),
        values: [p[v], g[v]],
        isStrong: v === sampled,
      })),
      ...(others.length > 0 ? [{ label: `${others.length} others, summed`, values: [sum(p), sum(g)] }] : []),
    ],
  };
}

/** What equation (2) says of a token in numbers. */
export function gradientNumbers({ logprobs, sampled }: NextToken, advantage: number) {
  const p = probabilities(logprobs);
  const g = logitGradient(logprobs, sampled, advantage);
  let [mass, logs] = [0, 0];
  p.forEach((p_v, v) => {
    if (v === sampled || p_v === 0) return;
    mass += p_v;
    logs += p_v * log(p_v);
  });
  return {
    p: p[sampled],
    own: g[sampled],
    others: g.reduce((total, g_v, v) => (v === sampled ? total : total + g_v), 0),
    sum: g.reduce((total, g_v) => total + g_v, 0),
    /** Σ p_v and Σ p_v ln p_v over the unsampled tokens, and over how many they are spread. */
    ...{ mass, logs, spreadOver: effectiveCount(mass, logs) },
  };
}

/** Where the mass goes when the logits of this one place move by `step` along their gradient, and nothing else moves. */
export function pushed(next: NextToken, advantage: 1 | -1, step: number): MassByRankData {
  const { logprobs, sampled, label } = next;
  const change = logprobChangeAlone(logprobs, sampled, advantage, step);
  const after = Float64Array.from(logprobs, (logprob, v) => logprob + change[v]);
  const flow = probabilityFlow(logprobs, sampled, advantage);
  const side = advantage < 0 ? "gained" : "lost";
  return {
    tokens: massByRank(logprobs, after, { side }).map(({ token, ...rest }) => ({
      ...rest,
      label: label(token),
      predicted: step * flow[token],
      isPushed: token === sampled,
    })),
    steps: 1,
    direction: advantage < 0 ? "down" : "up",
  };
}
