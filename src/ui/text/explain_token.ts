import { probability, signed, signedSignificant, significant } from "../../figures/format";

export interface TokenFacts {
  /** From 1, as people count. */
  readonly position: number;
  /** "response 3", "the revision of 3". */
  readonly where: string;
  readonly p: number;
  readonly coefficient: number | null;
  readonly advantage: number | null;
  /** ρ, and ρ·f′(ρ) where f shapes it; null before the gradient. */
  readonly ratio?: number | null;
  readonly weight?: number | null;
}

/** The line beside a token: its coefficient, its probability, and what the logits get. */
export function explainToken(facts: TokenFacts): string {
  const { position, where, p, coefficient, advantage, ratio = null, weight = null } = facts;
  const place = `token ${position} of ${where}`;
  if (coefficient === null) {
    if (advantage === 0) return `${place}: A = 0, so no logit gets anything; p = ${probability(p)}`;
    const known = advantage === null ? "" : `A = ${signed(advantage)}, `;
    return `${place}: ${known}p = ${probability(p)}; it has no gradient so far`;
  }
  const a = advantage === null ? "" : ` (A = ${signed(advantage)})`;
  const rho = ratio === null ? "" : `, ρ = ${significant(ratio)}`;
  const shaped = weight === null ? "" : `, ρ·f′(ρ) = ${significant(weight)}`;
  const logit = signedSignificant(coefficient * (1 - p));
  return `${place}: c = ${signedSignificant(coefficient)}${a}, p = ${probability(p)}${rho}${shaped}; its logit gets c(1 − p) = ${logit}, each other −c·p`;
}

/** What one logit receives by equation (2), with its numbers. */
export function logitFormula(coefficient: number, p: number, isSampled: boolean): string {
  const value = isSampled ? coefficient * (1 - p) : -coefficient * p;
  const formula = isSampled ? "c(1 − p)" : "−c·p";
  const c = signedSignificant(coefficient);
  const numbers = isSampled ? `${c} × (1 − ${probability(p)})` : `−(${c}) × ${probability(p)}`;
  return `${formula} = ${numbers} = ${signedSignificant(value)}`;
}
