import { probability, signed, signedSignificant, significant } from "../../figures/format";
import type { RunConfig } from "../../runs/config";
import type { ResponseView, StepView, TokenReference } from "../../runs/protocol";
import type { TokenFacts } from "../text/explain_token";
import { responseName } from "../text/response_name";
import type { AskedNumber } from "./sentence";

/** A token of a response, with the distribution that it was drawn from. */
export interface LookedToken {
  readonly reference: TokenReference;
  readonly response: ResponseView;
  /** ln p of every token before the update. */
  readonly before: ArrayLike<number>;
  readonly sampled: number;
  readonly coefficient: number | null;
  readonly advantage: number | null;
  readonly config: RunConfig;
}

/** What a line says of it. */
export function factsOf({ reference, response, before, sampled, config, ...rest }: LookedToken): TokenFacts {
  const { source, token } = reference;
  const { gradient } = response;
  const isShaped = source === "revision" && config.hindsight.weight === "shaped";
  return {
    position: token + 1,
    where: responseName(response),
    p: Math.exp(before[sampled]),
    ...{ coefficient: rest.coefficient, advantage: rest.advantage },
    ratio: gradient?.ratios[token] ?? null,
    weight: isShaped ? (gradient?.weights[token] ?? null) : null,
  };
}

/**
 * The numbers of what `explainToken` says of these facts, in its order. `step` has the responses that it was computed
 * with, as long as they are on screen.
 */
export function askedOfToken(
  looked: LookedToken,
  { name, step }: { readonly name: string; readonly step: StepView | null },
): AskedNumber[] {
  const { reference, response, before, sampled, config } = looked;
  const { group, token } = reference;
  const { coefficient: c, advantage, p, ratio = null, weight = null } = factsOf(looked);
  const view = step?.groups[group];
  const own = view?.responses.find((r) => r.source === response.source && r.index === response.index);
  const values = { response, token };
  const asked: AskedNumber[] = [];
  if (c !== null && response.gradient)
    asked.push([
      `c = ${signedSignificant(c)}`,
      () => ({ about: "coefficient", values: { ...values, group, step, config } }),
    ]);
  if (advantage !== null && view && own && own.advantage !== null)
    asked.push([
      `A = ${advantage === 0 && c === null ? 0 : signed(advantage)}`,
      () => ({ about: "advantage", values: { response: own, group: view, config } }),
    ]);
  asked.push([
    `p = ${probability(p)}`,
    () => ({ about: "probability", values: { logprob: before[sampled], name } }),
  ]);
  if (c === null || !response.gradient) return asked;
  if (ratio !== null) asked.push([`ρ = ${significant(ratio)}`, () => ({ about: "ratio", values })]);
  if (weight !== null)
    asked.push([
      `ρ·f′(ρ) = ${significant(weight)}`,
      () => ({ about: "weight", values: { ...values, config } }),
    ]);
  asked.push([
    `c(1 − p) = ${signedSignificant(c * (1 - p))}`,
    () => ({ about: "logit", values: { ...values, c, p } }),
  ]);
  return asked;
}
