import { probabilities } from "../../analysis/logits";
import type { ResponseView } from "../../runs/protocol";
import { explanation, operand, precise, responseName, sumText, total, type Explanation } from "./explanation";
import { logitGradient, logitStatistics } from "./kernels";

/** Changes of ln p of the same tokens: as a formula says, and as they were measured. */
export interface FitValues {
  /** "equation (2) alone", "first order". */
  readonly of: string;
  readonly predicted: ArrayLike<number>;
  readonly measured: ArrayLike<number>;
}

const mean = (values: ArrayLike<number>): number => total(Array.from(values)) / values.length;

function sumsAbout({ predicted, measured }: FitValues, x0: number, y0: number) {
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < predicted.length; i++) {
    const [x, y] = [predicted[i] - x0, measured[i] - y0];
    xx += x * x;
    yy += y * y;
    xy += x * y;
  }
  return { xx, yy, xy };
}

/** Pearson's correlation of a prediction with what was measured. */
export function correlation(values: FitValues): Explanation {
  const { xx, yy, xy } = sumsAbout(values, mean(values.predicted), mean(values.measured));
  return explanation({
    title: `Correlation of ${values.of} with the measured change`,
    formula: "Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² · Σ (y − ȳ)²)",
    filled: [`${precise(xy)} / sqrt(${precise(xx)} × ${precise(yy)}) = ${precise(xy / Math.sqrt(xx * yy))}`],
    note: `Over ${values.predicted.length} tokens: x the predicted and y the measured change of ln p, in nats.`,
    source: ["src/analysis/logits.ts", "correlation"],
    kernel: logitStatistics,
  });
}

/** How much larger the measured changes are than the predicted ones. */
export function slope(values: FitValues): Explanation {
  const { xx, xy } = sumsAbout(values, 0, 0);
  return explanation({
    title: `Slope of the measured change over ${values.of}`,
    formula: "Σ x y / Σ x²: least squares of y − k x",
    filled: [`${precise(xy)} / ${precise(xx)} = ${precise(xy / xx)}`],
    note: `Over ${values.predicted.length} tokens: x the predicted and y the measured change of ln p. It is 1 where a prediction is met.`,
    source: ["src/analysis/logits.ts", "slopeThroughOrigin"],
    kernel: logitStatistics,
  });
}

/** The rate that a fraction of a step stands for. */
export function stepRate({
  rate,
  fraction,
}: {
  readonly rate: number;
  readonly fraction: number;
}): Explanation {
  return explanation({
    title: "Learning rate of this fraction of the step",
    formula: "fraction × η; AdamW's step is Δθ = −η (m̂ / (√v̂ + ε) + λ θ)",
    filled: [`${precise(fraction)} × ${precise(rate)} = ${precise(fraction * rate)}`],
    note: "Moments do not depend on the rate, so a fraction of one step is the step of a smaller rate.",
    source: ["src/kernels/adamw/cpu.ts", "adamw"],
    kernel: [["src/kernels/adamw/adamw.wgsl", "step"]],
  });
}

/** The next token at one place of a policy, and one token of the vocabulary there. */
interface PlaceValues {
  /** ln p of every token. */
  readonly before: ArrayLike<number>;
  readonly token: number;
  readonly name: string;
}

/** p′ − p of a token over some steps. */
export function probabilityChange({
  before,
  after,
  token,
  name,
}: PlaceValues & { readonly after: ArrayLike<number> }): Explanation {
  const [p, q] = [probabilities(before)[token], probabilities(after)[token]];
  return explanation({
    title: `Change of p of “${name}”`,
    formula: "p′ − p, before and after the steps",
    filled: [`${precise(q)} − ${precise(p)} = ${precise(q - p)}`],
    source: ["src/analysis/logits.ts", "massByRank"],
    kernel: logitStatistics,
  });
}

/** dp_v of the formula, brought to the size of all that moved. */
export function massFlow({
  before,
  token,
  name,
  sampled,
  advantage,
  scale,
}: PlaceValues & {
  readonly sampled: number;
  readonly advantage: number;
  readonly scale: number;
}): Explanation {
  const p = probabilities(before);
  const [own, pushed] = [p[token], p[sampled]];
  const squares = p.reduce((sum, p_u, u) => (u === sampled ? sum : sum + p_u * p_u), 0);
  const inner = `${precise(own)} + ${precise(pushed)} × (1 − ${precise(pushed)}) − ${precise(squares)}`;
  const value = -scale * advantage * own * (own + pushed * (1 - pushed) - squares);
  return explanation({
    title: `What the formula gives “${name}”`,
    formula: "dp_v = −s A p_v (p_v + p_y (1 − p_y) − Σ p_u²), the sum over u ≠ y",
    filled: [`${operand(-scale * advantage)} × ${precise(own)} × (${inner}) = ${precise(value)}`],
    note: "y is the token that is pushed. s brings the formula to the size of all that moved, since a direction has no size of its own.",
    source: ["src/analysis/logits.ts", "probabilityFlow"],
  });
}

/** Between the gradients of two updates. */
export function cosine({
  product,
  recordedNorm,
  changedNorm,
  value,
}: {
  readonly product: number;
  readonly recordedNorm: number;
  readonly changedNorm: number;
  readonly value: number;
}): Explanation {
  return explanation({
    title: "Cosine of the gradients",
    formula: "⟨g, g′⟩ / (‖g‖ ‖g′‖), over all trained weights",
    filled: [
      `${precise(product, 8)} / (${precise(recordedNorm, 8)} × ${precise(changedNorm, 8)}) = ${precise(value)}`,
    ],
    note: "g is the gradient of the recorded update, g′ that of the changed one, both at the first pass, before clipping.",
    source: ["src/herl/counterfactual.ts", "compareTrials"],
    kernel: logitGradient,
  });
}

/** Length of a gradient. */
export function norm({
  which,
  value,
}: {
  readonly which: "recorded" | "changed";
  readonly value: number;
}): Explanation {
  return explanation({
    title: `Norm of the ${which} gradient`,
    formula: "‖g‖ = √Σ g_j², over all trained weights",
    filled: [`sqrt(${precise(value * value, 8)}) = ${precise(value)}`],
    note: "At the first pass, before it is clipped.",
    source: ["src/herl/counterfactual.ts", "compareTrials"],
    kernel: logitGradient,
  });
}

/** Σ |c| of a response: how much it counts for in the update. */
export function coefficientSum({ response }: { readonly response: ResponseView }): Explanation {
  const sizes = response.gradient!.coefficients.map(Math.abs);
  return explanation({
    title: `Σ |c| of ${responseName(response)}`,
    equation: "(2), (9)",
    formula: "Σ over its tokens of |c|, c = ∂J/∂ln p",
    filled: [`${sumText(sizes)} = ${precise(total(sizes))}`],
    source: ["src/herl/update.ts", "updatePolicy"],
    kernel: logitGradient,
  });
}

/** An advantage that the reader has set. */
export function givenAdvantage({ response }: { readonly response: ResponseView }): Explanation {
  return explanation({
    title: `Advantage of ${responseName(response)}, as it was set here`,
    formula: "A = the value in the last field of the row",
    filled: [`${operand(response.advantage!)} = ${precise(response.advantage!)}`],
    note: "It stands in place of the normalised one. The other rows keep theirs.",
    source: ["src/herl/counterfactual.ts", "counterfactualGroups"],
  });
}
