import { exp, log } from "../kernels/math";
import { cosine, dot, squaredNorm } from "./vectors";

/**
 * One position under the lens: what equation (2) gives to each logit of the vocabulary, and what becomes of the
 * probabilities. All functions take ln p_v of every token, in nats, as `Policy.nextToken` returns them, and answer
 * with one double a token, in the order of ids.
 */

/** p of every token. Logarithms in f32 add up to 1 only within 1e-6, so they are normalised again, in doubles. */
export function probabilities(logprobs: ArrayLike<number>): Float64Array {
  // In two steps: `from` with a function takes four times as long.
  const p = Float64Array.from(logprobs).map((logprob) => exp(logprob));
  const total = p.reduce((sum, p_v) => sum + p_v, 0);
  return p.map((p_v) => p_v / total);
}

/**
 * Equation (2): ∂(c·ln p_y)/∂z_v, which is c(1 − p_y) for the sampled token `y` and −c·p_v for every other one. `c` is
 * ∂J/∂ln p_y, or the advantage for the equation as it stands in the paper. Adds up to zero.
 */
export function logitGradient(logprobs: ArrayLike<number>, y: number, c: number): Float64Array {
  return probabilities(logprobs).map((p_v, v) => (v === y ? c * (1 - p_v) : -c * p_v));
}

/**
 * dp_v per unit of a small step of the logits along their gradient g: p_v(g_v − Σ_u p_u g_u), the derivative of the
 * softmax. With g of equation (2), Σ_u p_u g_u = c(p_y(1−p_y) − Σ_{u≠y} p_u²), so that for v ≠ y
 *
 *     dp_v = −c · p_v · (p_v + p_y(1−p_y) − Σ_{u≠y} p_u²)
 *
 * (method.md, "Gradient analysis"). For c < 0 the already likely tokens gain most, about in proportion to p_v² where
 * p_y is small, and an unlikely one may lose although its logit rises. Adds up to zero.
 */
export function probabilityFlow(logprobs: ArrayLike<number>, y: number, c: number): Float64Array {
  const p = probabilities(logprobs);
  const g = logitGradient(logprobs, y, c);
  const mean = p.reduce((sum, p_v, v) => sum + p_v * g[v], 0);
  return p.map((p_v, v) => p_v * (g[v] - mean));
}

/**
 * The change of ln p_v, in nats, if a step of this size moved the logits of this position along their gradient and
 * nothing else: ln softmax(z + step·g)_v − ln softmax(z)_v, whole and not to first order. An update of the weights does
 * something else, since all positions share them.
 */
export function logprobChangeAlone(
  logprobs: ArrayLike<number>,
  y: number,
  c: number,
  step: number,
): Float64Array {
  const p = probabilities(logprobs);
  const moved = logitGradient(logprobs, y, c).map((g_v) => step * g_v);
  const highest = moved.reduce((most, move) => Math.max(most, move), -Infinity);
  const scale = highest + log(moved.reduce((sum, move, v) => sum + p[v] * exp(move - highest), 0));
  return moved.map((move) => move - scale);
}

/** One token of a vocabulary that is ordered by probability. */
export interface RankedChange {
  readonly token: number;
  /** 1 for the most probable token before the change; equals by id. */
  readonly rank: number;
  readonly before: number;
  readonly after: number;
  /** after − before. */
  readonly change: number;
  /** Of all probability that any token gained (or lost), the share of the tokens up to this rank; 0 without any. */
  readonly cumulative: number;
}

/**
 * Where the mass went: each token's change of probability by its rank before. `side` says which changes `cumulative`
 * adds up: what tokens gained, as when one is pushed down, or what they lost, as when one is pulled up.
 */
export function massByRank(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  { side = "gained" }: { readonly side?: "gained" | "lost" } = {},
): RankedChange[] {
  const [p, q] = [probabilities(before), probabilities(after)];
  const order = [...p.keys()].sort((a, b) => p[b] - p[a] || a - b);
  const part = (v: number) => Math.max(0, side === "gained" ? q[v] - p[v] : p[v] - q[v]);
  const total = order.reduce((sum, v) => sum + part(v), 0);
  let reached = 0;
  return order.map((v, i) => {
    reached += part(v);
    return {
      ...{ token: v, rank: i + 1, before: p[v], after: q[v], change: q[v] - p[v] },
      cumulative: total > 0 ? reached / total : 0,
    };
  });
}

/** Pearson's correlation of two lists of equal length; null when one of them does not vary. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  return varies(a) && varies(b) ? cosine(centred(a), centred(b)) : null;
}

/** The k of the least squares of measured − k·predicted: 1 where a prediction is met; null when it is zero. */
export function slopeThroughOrigin(predicted: ArrayLike<number>, measured: ArrayLike<number>): number | null {
  const scale = squaredNorm(predicted);
  return scale > 0 ? dot(predicted, measured) / scale : null;
}

/** Asked before the mean is taken: that of equal numbers may differ from them by rounding. */
const varies = (values: ArrayLike<number>): boolean =>
  Array.prototype.some.call(values, (value) => value !== values[0]);

function centred(values: ArrayLike<number>): Float64Array {
  const list = Float64Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return list.map((value) => value - mean);
}
