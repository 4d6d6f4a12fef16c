import type { Explanation } from "./explanation";
import * as bound from "./why_bound";
import * as group from "./why_group";
import { verdict, type JudgedItem } from "./why_judge";
import * as lab from "./why_lab";
import * as theory from "./why_theory";
import * as token from "./why_token";
import * as transfer from "./why_transfer";
import { coverage, desiredShare, effectiveCount, flows, metric } from "./why_update";

/** By kind of number: a pure function from its values to why it is what it is. */
export const explanations = {
  ...group,
  ...token,
  ...{ flows, desiredShare, coverage, effectiveCount, metric },
  ...transfer,
  ...lab,
  ...bound,
  ...theory,
};

type Kind = keyof typeof explanations;

/** A number that asks, with its values: plain data, so that who asks need not load the answers. */
export type NumberQuestion = {
  [K in Kind]: { readonly about: K; readonly values: Parameters<(typeof explanations)[K]>[0] };
}[Kind];

/** A number, or a judge's verdict. */
export type WhyQuestion = NumberQuestion | { readonly about: "verdict"; readonly values: JudgedItem };

/** The answer: title, formula, the formula with this number's values, and what computes it. */
export function explain(question: WhyQuestion): Explanation {
  if (question.about === "verdict") return verdict(question.values);
  const answer = explanations[question.about] as (values: NumberQuestion["values"]) => Explanation;
  return answer(question.values);
}
