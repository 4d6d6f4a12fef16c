import type { HindsightConfig, ObjectiveConfig } from "../../herl/config";
import { aggregationWeights } from "../../herl/objective";
import type { ResponseView, StepView } from "../../runs/protocol";
import { tokenAdvantage } from "../text/token_advantage";
import { explanation, operand, precise, responseName, type Explanation } from "./explanation";
import { logitGradient, sampling } from "./kernels";

/** What a token's coefficient depends on: `RunConfig` has it. */
export interface TokenConfig {
  readonly maxNewTokens: number;
  readonly hindsight: HindsightConfig;
  readonly objective: ObjectiveConfig;
}

interface TokenValues {
  readonly response: ResponseView;
  /** Index of the token in the response. */
  readonly token: number;
}

const titleOf = (what: string, { response, token }: TokenValues): string =>
  `${what} of token ${token + 1} of ${responseName(response)}`;

const isShaped = ({ source }: ResponseView, { weight }: HindsightConfig): boolean =>
  source === "revision" && weight === "shaped";

/** p of the sampled token, from its log-probability. */
export function probability({
  logprob,
  name,
}: {
  readonly logprob: number;
  readonly name: string;
}): Explanation {
  return explanation({
    title: `Probability of “${name}”`,
    formula: "p = exp(z) / Σ exp(z_v)",
    filled: [`exp(${precise(logprob)}) = ${precise(Math.exp(logprob))}`],
    note: "The model's own next-token distribution before the update, the softmax of its logits z. The number in the exponent is ln p.",
    source: ["src/policy/llama_policy.ts", "nextToken"],
  });
}

/** H of the distribution that a token was drawn from, or that a written token was held against. */
export function entropy(values: TokenValues): Explanation {
  const { response, token } = values;
  const value = response.entropies[token];
  const common = {
    title: titleOf("Entropy at the place", values),
    source: ["src/policy/sampler/sampler.ts", "sampleRequests"] as const,
    kernel: sampling,
  };
  const mass = response.gradient?.unsampledMass[token] ?? 0;
  // After (q, H) a revision was drawn from another distribution than it may be trained with.
  const isSame = Math.abs(Math.exp(response.logprobs[token]) - (1 - mass)) < 1e-3;
  if (!isSame || mass <= 0 || mass >= 1)
    return explanation({
      ...common,
      formula: "H = −Σ p_v ln p_v",
      filled: [`${precise(value)} = ${precise(value)}`],
    });
  const [p, n] = [1 - mass, response.gradient!.effectiveCounts[token]];
  return explanation({
    ...common,
    formula: "H = −Σ p_v ln p_v = (1 − p)(ln n − ln(1 − p)) − p ln p",
    filled: [
      `${precise(mass)} × (ln(${precise(n)}) − ln(${precise(mass)})) − ${precise(p)} × ln(${precise(p)}) = ${precise(value)}`,
    ],
    note: "In nats. p is that of the token, n the number of tokens that all others are spread over (exp of their own entropy).",
  });
}

/** ρ of equation (11). */
export function ratio(values: TokenValues): Explanation {
  const { response, token } = values;
  const [value, old] = [response.gradient!.ratios[token], response.logprobs[token]];
  return explanation({
    title: titleOf("Ratio", values),
    equation: "(11)",
    formula: "ρ = π(y) / π_old(y) = exp(ln π − ln π_old)",
    filled: [`exp(${precise(old + Math.log(value))} − ${operand(old)}) = ${precise(value)}`],
    note: response.origin
      ? "At the first pass over a batch nothing has changed yet, so ρ = 1."
      : "At the first pass over a batch the policy is still the one that sampled it, so ρ = 1.",
    source: ["src/herl/objective.ts", "tokenTerm"],
  });
}

/** What clipping and shaping leave of a token's gradient: ρ·f′(ρ) of a revised one, equation (12). */
export function weight(values: TokenValues & { readonly config: TokenConfig }): Explanation {
  const { response, token, config } = values;
  const { gamma, shapingScale } = config.hindsight;
  const [r, g] = [precise(response.gradient!.ratios[token]), precise(gamma)];
  const value = precise(response.gradient!.weights[token]);
  const { loss } = config.objective;
  if (loss !== "policyGradient")
    return explanation({
      title: titleOf("Weight", values),
      formula: lossWeights[loss],
      filled: [`${value} = ${value}`],
      source: ["src/herl/objective.ts", "weightOf"],
    });
  if (!isShaped(response, config.hindsight))
    return explanation({
      title: titleOf("Weight", values),
      equation: "(9)",
      formula: "ρ; 0 where the ratio is clipped",
      filled: [`${response.gradient!.clipped[token] === null ? r : "0"} = ${value}`],
      note: "Only tokens of a revision go through f.",
      source: ["src/herl/objective.ts", "tokenTerm"],
    });
  const scale = shapingScale === "unit" ? ` × (1 + ${g}) × (1 + ${g}) / ${g}` : "";
  return explanation({
    title: titleOf("Weight ρ·f′(ρ)", values),
    equation: "(12)",
    formula: `ρ·f′(ρ) = ρ γ / (ρ + γ)²${scale && ", over f′(1)"}`,
    filled: [`${r} × ${g} / ((${r} + ${g}) × (${r} + ${g}))${scale} = ${value}`],
    note: "f(ρ) = ρ / (ρ + γ): a quarter of a rollout's token at ρ = 1 and γ = 1.",
    source: ["src/herl/objective.ts", "shapedSlope"],
  });
}

/** c = ∂J/∂ln p of a token: its weight in the objective, times its ratio's weight, times the advantage. */
export function coefficient(
  values: TokenValues & {
    readonly group: number;
    /** The step that it was trained in; null when it is no longer on screen. */
    readonly step: StepView | null;
    readonly config: TokenConfig;
  },
): Explanation {
  const { response, token, config, group, step } = values;
  const { coefficients, weights, clipped } = response.gradient!;
  const c = coefficients[token];
  const shaped = isShaped(response, config.hindsight);
  const { loss } = config.objective;
  const isPair = loss === "preference";
  const ownWeight = loss === "policyGradient" ? (shaped ? "ρ·f′(ρ)" : "ρ") : lossWeights[loss];
  const common = {
    title: titleOf("Coefficient", values),
    equation: loss === "policyGradient" ? "(2), (9)" : "(2)",
    formula: `c = w · ${ownWeight} · A, w = ${isPair ? "1 / pairs" : weightFormulas[config.objective.aggregation]}`,
    source: ["src/herl/update.ts", "updatePolicy"] as const,
    kernel: logitGradient,
  };
  const side = clipped[token] === null ? "" : " The ratio is clipped, so its weight is 0.";
  const note = `What stands for A in equation (2): ∂J/∂ln p of this token.${side}`;
  if (!step) return explanation({ ...common, filled: [`c = ${precise(c)}`], note });
  const rows = step.groups.flatMap((view, g) =>
    view.responses.flatMap((row) =>
      row.advantage === null
        ? []
        : [{ group: g, tokens: row.ids.length, isOwn: isSame(row, response) && g === group }],
    ),
  );
  const { aggregation, klCoef } = config.objective;
  const w = isPair
    ? 2 / rows.length
    : aggregationWeights(rows, aggregation, config.maxNewTokens)[rows.findIndex(({ isOwn }) => isOwn)];
  const a = tokenAdvantage(response, token)!;
  const product = w * weights[token] * a;
  const share = isPair ? `1 / ${rows.length / 2}` : weightText(rows, group, response.ids.length, config);
  const left = `${share} × ${operand(weights[token])} × ${operand(a)}`;
  return explanation({
    ...common,
    ...(klCoef > 0 && { formula: `${common.formula}; less w β (1 − π_ref / π)` }),
    filled: [`${left}${klCoef > 0 ? ` − ${operand(product - c)}` : ""} = ${precise(c)}`],
    note: klCoef > 0 ? `${note} The last term is what the KL to the starting policy takes.` : note,
  });
}

/** What stands for the ratio where the objective has none. */
const lossWeights = {
  crossEntropy: "1 (the slope of ln p)",
  preference: "β σ(−β m) (m the margin of the pair)",
} as const;

const isSame = (a: ResponseView, b: ResponseView): boolean => a.source === b.source && a.index === b.index;

const weightFormulas = {
  seqMeanTokenMean: "1 / (groups · rows · tokens)",
  tokenMean: "1 / tokens of the batch",
  seqMeanTokenSumNorm: "1 / (groups · rows · longest response)",
} as const;

/** The token's weight in the objective with its numbers (`aggregationWeights`). */
function weightText(
  rows: readonly { readonly group: number; readonly tokens: number }[],
  group: number,
  tokens: number,
  { objective: { aggregation }, maxNewTokens }: TokenConfig,
): string {
  if (aggregation === "tokenMean") return `1 / ${rows.reduce((sum, row) => sum + row.tokens, 0)}`;
  const groups = new Set(rows.map((row) => row.group)).size;
  const own = rows.filter((row) => row.group === group).length;
  return `1 / (${groups} × ${own} × ${aggregation === "seqMeanTokenMean" ? tokens : maxNewTokens})`;
}

/** What the sampled token's logit receives, equation (2). */
export function logit(values: TokenValues & { readonly c: number; readonly p: number }): Explanation {
  const { c, p } = values;
  return explanation({
    title: `${titleOf("What the logit", values)} receives`,
    equation: "(2)",
    formula: "∂J/∂z = c (1 − p)",
    filled: [`${precise(c)} × (1 − ${precise(p, 8)}) = ${precise(c * (1 - p))}`],
    note: "Every other logit gets −c·p_v of its own p_v: together exactly as much, with the other sign.",
    source: ["src/kernels/lm_head/lm_head.ts", "LmHeadBackwardOptions"],
    kernel: logitGradient,
  });
}
