import { exp, log } from "../../kernels/math";
import { metShare, type Toy } from "./toy";

/** A policy on a toy, spelled out: one entry a sequence, in the order of `toy.sequences`. Double precision. */
export interface Enumeration {
  /** ln π(τ), in nats. */
  readonly logprobs: Float64Array;
  readonly probabilities: Float64Array;
  /** ∇θ ln π(τ), `toy.parameterCount` numbers each. */
  readonly scores: readonly Float64Array[];
}

/** π_θ(τ|q) of every sequence, with its score s = ∇θ ln π_θ(τ|q). θ is [vocab, vocab], row-major. */
export function enumerate(toy: Toy, theta: ArrayLike<number>): Enumeration {
  const { vocab, sequences, prefixes } = toy;
  const rows = rowLogprobs(toy, theta);
  const logprobs = new Float64Array(sequences.length);
  const scores = sequences.map(({ ids }, i) => {
    const score = new Float64Array(toy.parameterCount);
    let place = 0;
    for (const id of ids) {
      const { row, next } = prefixes[place];
      logprobs[i] += rows.logprobs[row * vocab + id];
      // ∂ ln softmax(z)_y / ∂z_v = 1[v = y] − p_v
      for (let v = 0; v < vocab; v++) score[row * vocab + v] -= rows.probabilities[row * vocab + v];
      score[row * vocab + id]++;
      place = next[id];
    }
    return score;
  });
  return { logprobs, probabilities: logprobs.map(exp), scores };
}

/**
 * π_θ(τ|q,H) of every sequence from π_θ(τ|q), where H names the items of these indices (toy.ts has the definition). Its
 * score is s_H(τ) = s(τ) − E_H[s]: κ and met_H do not depend on θ, the normaliser does.
 */
export function withHindsight(toy: Toy, plain: Enumeration, named: readonly number[]): Enumeration {
  const shifted = plain.logprobs.map(
    (logprob, i) => logprob + toy.kappa * metShare(toy.items, named, toy.sequences[i].met),
  );
  const normaliser = logSumExp(shifted);
  const logprobs = shifted.map((l) => l - normaliser);
  const probabilities = logprobs.map(exp);
  const mean = weightedSum(probabilities, plain.scores);
  return { logprobs, probabilities, scores: plain.scores.map((s) => s.map((x, j) => x - mean[j])) };
}

/** Σ_i weights_i · vectors_i. */
export function weightedSum(weights: ArrayLike<number>, vectors: readonly ArrayLike<number>[]): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, i) => {
    const weight = weights[i];
    for (let j = 0; j < sum.length; j++) sum[j] += weight * vector[j];
  });
  return sum;
}

/** ln softmax(θ[row] / temperature), and its exponential, for all rows: both [vocab, vocab]. */
export function rowLogprobs(
  { vocab }: Toy,
  theta: ArrayLike<number>,
  temperature = 1,
): { logprobs: Float64Array; probabilities: Float64Array } {
  const logprobs = Float64Array.from({ length: vocab * vocab }, (_, i) => theta[i] / temperature);
  for (let row = 0; row < vocab; row++) {
    const logits = logprobs.subarray(row * vocab, (row + 1) * vocab);
    const normaliser = logSumExp(logits);
    for (let v = 0; v < vocab; v++) logits[v] -= normaliser;
  }
  return { logprobs, probabilities: logprobs.map(exp) };
}

/** ln Σ e^x, without overflow. */
export function logSumExp(values: Float64Array): number {
  let largest = -Infinity;
  for (const x of values) if (x > largest) largest = x;
  let sum = 0;
  for (const x of values) sum += exp(x - largest);
  return largest + log(sum);
}
