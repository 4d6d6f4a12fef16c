import { exp } from "../../kernels/math";
import { logSumExp, rowLogprobs } from "./enumerate";
import { metShare, type Toy } from "./toy";

/** A policy on a toy token by token: what is sampled from, scored with and differentiated. Double precision. */
export interface Conditionals {
  /** ln π(v | prefix), [prefixes, vocab]. */
  readonly logprobs: Float64Array;
  readonly probabilities: Float64Array;
  /** Adds weight · ∇θ ln π(v | prefix) to `gradient`, [vocab, vocab]. */
  addGradient(gradient: Float64Array, prefix: number, token: number, weight: number): void;
}

export interface ConditionalsOptions {
  /** Items that hindsight names; null without hindsight. */
  readonly named: readonly number[] | null;
  readonly temperature: number;
}

/** The token probabilities of π_θ(·|q), or of π_θ(·|q,H). */
export function conditionals(
  toy: Toy,
  theta: ArrayLike<number>,
  { named, temperature }: ConditionalsOptions,
): Conditionals {
  if (named === null) return plainConditionals(toy, theta, temperature);
  const hindsight = hindsightConditionals(toy, theta, named);
  return temperature === 1 ? hindsight : tempered(toy, hindsight, temperature);
}

function plainConditionals(toy: Toy, theta: ArrayLike<number>, temperature: number): Conditionals {
  const { vocab, prefixes } = toy;
  const rows = rowLogprobs(toy, theta, temperature);
  const logprobs = new Float64Array(prefixes.length * vocab);
  prefixes.forEach(({ row }, i) =>
    logprobs.set(rows.logprobs.subarray(row * vocab, (row + 1) * vocab), i * vocab),
  );
  return {
    logprobs,
    probabilities: logprobs.map(exp),
    addGradient(gradient, prefix, token, weight) {
      const offset = prefixes[prefix].row * vocab;
      for (let v = 0; v < vocab; v++)
        gradient[offset + v] -= (weight * rows.probabilities[offset + v]) / temperature;
      gradient[offset + token] += weight / temperature;
    },
  };
}

/**
 * Hindsight shifts whole sequences; what that does to a token follows from the completions that it leads to. With
 * Z(prefix) = Σ over completions of π_θ(completion | prefix) exp(κ · met_H),
 *
 *   π(v | prefix, H) = π_θ(v | prefix) Z(prefix v) / Z(prefix),
 *   ∇ ln π(v | prefix, H) = ∇ ln π_θ(v | prefix) + ∇ ln Z(prefix v) − ∇ ln Z(prefix),
 *
 * and ∇ ln Z is the mean score of the completions under H. Both go from the longest prefixes to the empty one.
 */
function hindsightConditionals(toy: Toy, theta: ArrayLike<number>, named: readonly number[]): Conditionals {
  const { vocab, prefixes, sequences, parameterCount } = toy;
  const rows = rowLogprobs(toy, theta);
  const logprobs = new Float64Array(prefixes.length * vocab);
  const probabilities = new Float64Array(prefixes.length * vocab);
  const logZ = new Float64Array(prefixes.length);
  const slopes = prefixes.map(() => new Float64Array(parameterCount)); // ∇ ln Z
  for (let i = prefixes.length - 1; i >= 0; i--) {
    const { row, next } = prefixes[i];
    const own = logprobs.subarray(i * vocab, (i + 1) * vocab);
    next.forEach((to, v) => {
      const after = to < 0 ? toy.kappa * metShare(toy.items, named, sequences[-1 - to].met) : logZ[to];
      own[v] = rows.logprobs[row * vocab + v] + after;
    });
    logZ[i] = logSumExp(own);
    next.forEach((to, v) => {
      own[v] -= logZ[i];
      const p = (probabilities[i * vocab + v] = exp(own[v]));
      slopes[i][row * vocab + v] += p - rows.probabilities[row * vocab + v];
      if (to >= 0) for (let j = 0; j < parameterCount; j++) slopes[i][j] += p * slopes[to][j];
    });
  }
  return {
    ...{ logprobs, probabilities },
    addGradient(gradient, prefix, token, weight) {
      const { row, next } = prefixes[prefix];
      const after = next[token] < 0 ? null : slopes[next[token]];
      for (let j = 0; j < parameterCount; j++)
        gradient[j] += weight * ((after ? after[j] : 0) - slopes[prefix][j]);
      for (let v = 0; v < vocab; v++) {
        const one = v === token ? 1 : 0;
        gradient[row * vocab + v] += weight * (one - rows.probabilities[row * vocab + v]);
      }
    },
  };
}

/** softmax(ln π / temperature) at every prefix. */
function tempered({ vocab, prefixes }: Toy, at: Conditionals, temperature: number): Conditionals {
  const logprobs = at.logprobs.map((l) => l / temperature);
  for (let i = 0; i < prefixes.length; i++) {
    const own = logprobs.subarray(i * vocab, (i + 1) * vocab);
    const normaliser = logSumExp(own);
    for (let v = 0; v < vocab; v++) own[v] -= normaliser;
  }
  const probabilities = logprobs.map(exp);
  return {
    ...{ logprobs, probabilities },
    addGradient(gradient, prefix, token, weight) {
      at.addGradient(gradient, prefix, token, weight / temperature);
      for (let v = 0; v < vocab; v++)
        at.addGradient(gradient, prefix, v, (-weight * probabilities[prefix * vocab + v]) / temperature);
    },
  };
}
