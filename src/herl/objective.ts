import { exp, log } from "../kernels/math";
import type { HindsightConfig, ObjectiveConfig } from "./config";

/** How one token enters the objective: by its ratio, or by its likelihood. */
export type TokenWeighting =
  | { readonly kind: "clipped"; readonly low: number; readonly high: number }
  | { readonly kind: "shaped"; readonly gamma: number; readonly scale: number }
  | { readonly kind: "ratio" }
  /** A ln π: with A = 1 and the mean over tokens, J is minus the cross-entropy (SFT). */
  | { readonly kind: "likelihood" }
  /** ln σ(β · margin) of the row's pair (DPO), shared out evenly among the pair's tokens. */
  | { readonly kind: "preference"; readonly beta: number; readonly margin: number; readonly tokens: number };

export const rolloutWeighting = ({ clipLow, clipHigh }: ObjectiveConfig): TokenWeighting => ({
  kind: "clipped",
  low: 1 - clipLow,
  high: 1 + clipHigh,
});

/** The weighting of revised tokens: f(ρ) of equation (12), or what an ablation puts in its place. */
export function revisionWeighting(hindsight: HindsightConfig, objective: ObjectiveConfig): TokenWeighting {
  const { weight, gamma, shapingScale } = hindsight;
  if (weight === "clipped") return rolloutWeighting(objective);
  if (weight === "unit") return { kind: "ratio" };
  return { kind: "shaped", gamma, scale: shapingScale === "unit" ? 1 / shapedSlope(1, gamma) : 1 };
}

/** f(x) = x / (x + γ), equation (12). */
export const shaped = (ratio: number, gamma: number): number => ratio / (ratio + gamma);

/** ρ · f′(ρ) = ργ / (ρ+γ)²: what f leaves of ∇ ln π. 1/4 at ρ = γ, its maximum; 1/4 at ρ = 1 with γ = 1. */
export const shapedSlope = (ratio: number, gamma: number): number =>
  (ratio * gamma) / ((ratio + gamma) * (ratio + gamma));

/** What a token of advantage 1 weighs in the gradient: ρ, ρ·f′(ρ), 1 or β σ(−β · margin); 0 where it is clipped. */
export function weightOf(
  weighting: TokenWeighting,
  { ratio, clipped }: Pick<TokenTerm, "ratio" | "clipped">,
): number {
  if (clipped) return 0;
  switch (weighting.kind) {
    case "shaped":
      return weighting.scale * shapedSlope(ratio, weighting.gamma);
    case "likelihood":
      return 1;
    case "preference":
      return weighting.beta * sigmoid(-weighting.beta * weighting.margin);
    default:
      return ratio;
  }
}

export interface TokenTerm {
  /** The token's contribution to the objective, before its aggregation weight. */
  readonly value: number;
  /** ∂ value / ∂ ln π. */
  readonly slope: number;
  readonly ratio: number;
  /** Whether clipping has cut the gradient off, and on which side. */
  readonly clipped: "low" | "high" | null;
}

/** Beyond e^±20 a ratio says nothing but that something went wrong; the bound keeps it finite, as verl does. */
const maxLogRatio = 20;

const bounded = (logRatio: number): number => Math.min(maxLogRatio, Math.max(-maxLogRatio, logRatio));

/** Past the bound the value no longer moves. False for NaN, whose slope must not become a number. */
const isBeyond = (logRatio: number): boolean => Math.abs(logRatio) > maxLogRatio;

/** ln σ(x) = −ln(1 + e^{−x}), without overflow. */
export const logSigmoid = (x: number): number => Math.min(0, x) - log(1 + exp(-Math.abs(x)));

/** σ(x) = 1 / (1 + e^{−x}). */
export const sigmoid = (x: number): number => {
  const e = exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
};

/**
 * One token of the objective: min(ρA, clip(ρ)A) for a rollout and f(ρ)A for a revision, equation (9); A ln π for the
 * likelihood; for a preference (Rafailov et al., Direct Preference Optimization, equation 7) its share of
 * ln σ(β · margin), whose slope is ±β σ(−β · margin) at every token of the chosen (A = 1) and the rejected one (A = −1).
 */
export function tokenTerm(
  weighting: TokenWeighting,
  advantage: number,
  logprob: number,
  oldLogprob: number,
): TokenTerm {
  const logRatio = logprob - oldLogprob;
  const unclipped = { ratio: exp(bounded(logRatio)), clipped: null };
  if (weighting.kind === "likelihood") return { ...unclipped, value: advantage * logprob, slope: advantage };
  if (weighting.kind === "preference") {
    const { beta, margin, tokens } = weighting;
    const value = logSigmoid(beta * margin) / tokens;
    return { ...unclipped, value, slope: advantage * beta * sigmoid(-beta * margin) };
  }
  const term = termOfRatio(weighting, advantage, exp(bounded(logRatio)));
  return isBeyond(logRatio) ? { ...term, slope: 0 } : term;
}

type RatioWeighting = Exclude<TokenWeighting, { kind: "likelihood" | "preference" }>;

function termOfRatio(weighting: RatioWeighting, advantage: number, ratio: number): TokenTerm {
  switch (weighting.kind) {
    case "ratio":
      return { value: ratio * advantage, slope: ratio * advantage, ratio, clipped: null };
    case "shaped": {
      const { gamma, scale } = weighting;
      const value = scale * shaped(ratio, gamma) * advantage;
      return { value, slope: scale * shapedSlope(ratio, gamma) * advantage, ratio, clipped: null };
    }
    case "clipped": {
      const { low, high } = weighting;
      const within = Math.min(high, Math.max(low, ratio));
      if (ratio * advantage > within * advantage)
        return { value: within * advantage, slope: 0, ratio, clipped: ratio > high ? "high" : "low" };
      return { value: ratio * advantage, slope: ratio * advantage, ratio, clipped: null };
    }
  }
}

/** The k3 estimate of KL(π ‖ π_ref) at one token, e^d − d − 1 with d = ln π_ref − ln π ≥ 0, and its slope by ln π. */
export function klTerm(logprob: number, referenceLogprob: number): { value: number; slope: number } {
  const logRatio = referenceLogprob - logprob;
  const d = bounded(logRatio);
  const ratio = exp(d);
  // Next to 0 the difference is rounding, of either sign.
  return { value: Math.max(0, ratio - d - 1), slope: isBeyond(logRatio) ? 0 : 1 - ratio };
}

/** A row as aggregation sees it: its group and its number of tokens. */
export interface RowLength {
  readonly group: number;
  readonly tokens: number;
}

/**
 * The weight of each row's tokens in the objective of the batch:
 *
 * - `seqMeanTokenMean`: 1 / (groups · rows of the group · tokens of the row), the paper's;
 * - `tokenMean`: 1 / (tokens of the batch), DAPO's;
 * - `seqMeanTokenSumNorm`: 1 / (groups · rows of the group · maxTokens), Dr.GRPO's constant length.
 */
export function aggregationWeights(
  rows: readonly RowLength[],
  aggregation: ObjectiveConfig["aggregation"],
  maxTokens: number,
): number[] {
  const perGroup = new Map<number, number>();
  for (const { group } of rows) perGroup.set(group, (perGroup.get(group) ?? 0) + 1);
  const total = rows.reduce((sum, { tokens }) => sum + tokens, 0);
  return rows.map(({ group, tokens }) => {
    if (aggregation === "tokenMean") return 1 / total;
    const length = aggregation === "seqMeanTokenMean" ? tokens : maxTokens;
    return 1 / (perGroup.size * perGroup.get(group)! * length);
  });
}
