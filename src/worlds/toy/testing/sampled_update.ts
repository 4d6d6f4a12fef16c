/** Gradients of the method's own code on a toy, one of each group that is sampled, with their standard errors. */
import { deriveKey, seedKey } from "../../../kernels/random/random";
import type { MethodConfig } from "../../../herl/config";
import { trainStep } from "../../../herl/trainer";
import type { Toy } from "../toy";
import { toyLearner, toyTask } from "../toy_learner";

export interface SampledUpdate {
  /** Mean of ∂J/∂θ over the groups, and the standard error of each of its components. */
  readonly mean: Float64Array;
  readonly standardError: Float64Array;
}

/** Runs `trainStep` on `groups` groups, each up to its gradient; the policy stays at `theta`. */
export async function sampledUpdate(
  toy: Toy,
  theta: ArrayLike<number>,
  config: MethodConfig,
  { groups, seed = 1 }: { readonly groups: number; readonly seed?: number },
): Promise<SampledUpdate> {
  const learner = toyLearner(toy, theta);
  const [sum, squares] = [new Float64Array(toy.parameterCount), new Float64Array(toy.parameterCount)];
  for (let g = 0; g < groups; g++) {
    for await (const { phase } of trainStep(learner, [toyTask(toy)], config, deriveKey(seedKey(seed), g))) {
      if (phase === "gradient") break;
    }
    // It adds up the gradient of L = −J.
    learner.policy.gradients.forEach((x, j) => {
      sum[j] -= x;
      squares[j] += x * x;
    });
  }
  const mean = sum.map((x) => x / groups);
  const standardError = squares.map((x, j) => Math.sqrt((x / groups - mean[j] * mean[j]) / (groups - 1)));
  return { mean, standardError };
}

/** The largest distance from `expectation`, in standard errors; where nothing varies, differences must vanish. */
export function largestDeviation(
  { mean, standardError }: SampledUpdate,
  expectation: ArrayLike<number>,
): number {
  return mean.reduce((most, x, j) => {
    const error = Math.abs(x - expectation[j]);
    return Math.max(most, error < 1e-9 ? 0 : error / standardError[j]);
  }, 0);
}
