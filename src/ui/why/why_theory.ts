import { explanation, operand, precise, sumText, total, type Explanation } from "./explanation";

/** That one of N responses passes. */
export function success({ p, n }: { readonly p: number; readonly n: number }): Explanation {
  return explanation({
    title: `A success among ${n}`,
    formula: "1 − (1 − p)^N",
    filled: [`1 − (1 − ${precise(p)})^${n} = ${precise(1 - (1 - p) ** n)}`],
    source: ["src/ui/theory/sparse.ts", "aSuccess"],
  });
}

/** That a response of the toy fails. */
export function failing({
  byMet,
}: {
  readonly byMet: readonly { readonly met: number; readonly plain: number }[];
}): Explanation {
  const failed = byMet.slice(0, -1).map(({ plain }) => plain);
  return explanation({
    title: "Responses of the toy that fail",
    formula: "Σ of the probabilities of meeting some items and not all",
    filled: [`${sumText(failed)} = ${precise(total(failed))}`],
    table: { columns: ["items met", "probability"], rows: byMet.map(({ met, plain }) => [met, plain]) },
    note: "Each is a sum over the responses that meet so many: all of them are counted.",
    source: ["src/ui/theory/toy_math.ts", "hindsightEffect"],
  });
}

/** Equation (2) with an advantage for c. */
export function positionLogit({
  name,
  advantage,
  p,
}: {
  readonly name: string;
  readonly advantage: number;
  readonly p: number;
}): Explanation {
  return explanation({
    title: `What the logit of “${name}” receives`,
    equation: "(2)",
    formula: "(1 − p_y) A",
    filled: [`(1 − ${precise(p, 8)}) × ${operand(advantage)} = ${precise((1 - p) * advantage)}`],
    source: ["src/analysis/logits.ts", "logitGradient"],
  });
}

/** The same for all tokens that were not sampled, together. */
export function otherLogits({
  advantage,
  p,
}: {
  readonly advantage: number;
  readonly p: number;
}): Explanation {
  return explanation({
    title: "What all other logits receive together",
    equation: "(2)",
    formula: "Σ −p_v A over v ≠ y = −(1 − p_y) A",
    filled: [`${operand(-advantage)} × (1 − ${precise(p, 8)}) = ${precise(-advantage * (1 - p))}`],
    note: "What the sampled token gains or loses, with the other sign: the sum over the vocabulary is 0.",
    source: ["src/analysis/logits.ts", "logitGradient"],
  });
}

/** Over how many tokens one token's mass is spread. */
export function spreadOver({
  mass,
  logs,
  value,
}: {
  readonly mass: number;
  readonly logs: number;
  readonly value: number;
}): Explanation {
  return explanation({
    title: "Tokens that the mass is spread over",
    formula:
      "exp of the entropy of p without its sampled token = exp(ln m − (Σ p_v ln p_v) / m), m = 1 − p_y",
    filled: [`exp(ln(${precise(mass, 8)}) − ${operand(logs, 8)} / ${precise(mass, 8)}) = ${precise(value)}`],
    source: ["src/analysis/flows.ts", "effectiveCount"],
  });
}

/** Tokens that lose although one that was pushed down gave up its mass. */
export function losers({
  others,
  losing,
}: {
  readonly others: number;
  readonly losing: number;
}): Explanation {
  return explanation({
    title: "Tokens that lose",
    formula: "tokens v ≠ y less those with p′_v ≥ p_v",
    filled: [`${others} − ${others - losing} = ${losing}`],
    note: "Their logits rise, by less than the mean that the softmax divides by.",
    source: ["src/analysis/logits.ts", "massByRank"],
  });
}

/** ρ·f′(ρ) at a ratio. */
export function shapedWeight({
  ratio,
  gamma,
}: {
  readonly ratio: number;
  readonly gamma: number;
}): Explanation {
  const [r, g] = [precise(ratio), precise(gamma)];
  const value = (ratio * gamma) / ((ratio + gamma) * (ratio + gamma));
  return explanation({
    title: `Weight ρ·f′(ρ) at ρ = ${r}`,
    equation: "(12)",
    formula: "ρ·f′(ρ) = ρ γ / (ρ + γ)²",
    filled: [`${r} × ${g} / ((${r} + ${g}) × (${r} + ${g})) = ${precise(value)}`],
    source: ["src/herl/objective.ts", "shapedSlope"],
  });
}

/** Mean weight of the revised tokens of an update. */
export function meanWeight({ weights }: { readonly weights: readonly number[] }): Explanation {
  const sum = total(weights);
  return explanation({
    title: "Weight of the revised tokens",
    equation: "(12)",
    formula: "mean of ρ·f′(ρ) over the tokens of the revisions that were trained",
    filled: [`${precise(sum)} / ${weights.length} = ${precise(sum / weights.length)}`],
    source: ["src/herl/objective.ts", "tokenTerm"],
  });
}

/** The best expected reward of a toy, from how likely each reward is there. */
export function optimum({
  byReward,
  value,
}: {
  readonly byReward: readonly (readonly [reward: number, probability: number])[];
  readonly value: number;
}): Explanation {
  const terms = byReward.map(([reward, probability]) => `${precise(reward)} × ${precise(probability)}`);
  return explanation({
    title: "The optimum of the toy",
    formula: "max over θ of E[R]; at the best policy, Σ R · its probability",
    filled: [`${terms.join(" + ")} = ${precise(value)}`],
    note: "Climbed to from many starts by Baum and Eagon's growth transform.",
    source: ["src/worlds/toy/optimum.ts", "findOptimum"],
  });
}

/** How far apart the methods end. */
export function methodSpread({
  finals,
}: {
  readonly finals: readonly { readonly name: string; readonly reward: number }[];
}): Explanation {
  const rewards = finals.map(({ reward }) => reward);
  const [high, low] = [Math.max(...rewards), Math.min(...rewards)];
  return explanation({
    title: "How far apart the methods are",
    formula: "the largest less the smallest E[R] after the last update",
    filled: [`${precise(high)} − ${precise(low)} = ${precise(high - low)}`],
    table: {
      columns: ["method", "E[R]"],
      rows: finals.map(({ name, reward }) => [name, reward]),
    },
    note: "Means over the seeds; each reward is summed over all responses.",
    source: ["src/worlds/toy/run.ts", "runToy"],
  });
}

/** How much more often a revision of a base passes than its response. */
export function timesAsOften({
  revisionPasses,
  passes,
  base,
}: {
  readonly revisionPasses: number;
  readonly passes: number;
  readonly base: string;
}): Explanation {
  return explanation({
    title: `Revisions against responses, ${base} base`,
    formula: "P(a revision of a failed draft passes) / P(a response passes)",
    filled: [`${precise(revisionPasses)} / ${precise(passes)} = ${precise(revisionPasses / passes)}`],
    source: ["src/ui/theory/toy_math.ts", "abilities"],
  });
}

/** Isolated transfer of a toy, summed over all drafts and revisions. */
export function toyTransfer({
  product,
  square,
}: {
  readonly product: number;
  readonly square: number;
}): Explanation {
  return explanation({
    title: "Isolated transfer on the toy",
    formula: "E⟨s_q, s_qH⟩ / E‖s_qH‖², over all drafts and their revisions",
    filled: [`${precise(product)} / ${precise(square)} = ${precise(product / square)}`],
    note: "Hindsight adds to the toy's logits what does not depend on θ, so that s_qH is s_q less its mean.",
    source: ["src/ui/theory/toy_math.ts", "hindsightEffect"],
  });
}
