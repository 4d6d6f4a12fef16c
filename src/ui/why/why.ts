import type { Explanation } from "./explanation";
import { advantage, bonus, mean, reward } from "./why_group";
import { coefficient, logit, probability, ratio, weight } from "./why_token";
import {
  changeWith,
  changeWithout,
  coverage,
  desiredShare,
  effectiveCount,
  flows,
  gap,
  metric,
  transferRatio,
} from "./why_update";

/** By kind of number: a pure function from its values to why it is what it is. */
export const explanations = {
  ...{ reward, bonus, mean, advantage },
  ...{ probability, ratio, weight, coefficient, logit },
  ...{ flows, desiredShare, coverage, effectiveCount, gap, changeWith, changeWithout, transferRatio, metric },
};

type Kind = keyof typeof explanations;

/** A number that asks, with its values: plain data, so that who asks need not load the answers. */
export type WhyQuestion = {
  [K in Kind]: { readonly about: K; readonly values: Parameters<(typeof explanations)[K]>[0] };
}[Kind];

/** The answer: title, formula, the formula with this number's values, and what computes it. */
export function explain({ about, values }: WhyQuestion): Explanation {
  const answer = explanations[about] as (values: WhyQuestion["values"]) => Explanation;
  return answer(values);
}
