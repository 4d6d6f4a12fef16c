import { difference, dot } from "../analysis/vectors";
import { mapScores } from "../analysis/gradient_of";
import type { OptimizerOptions, PolicySnapshot, TrainablePolicy } from "../policy/policy";

/** What a step did to one next-token distribution, and what its gradients say that it should do. */
export interface TokenStep {
  /** ln p_v before, at θ. */
  readonly before: Float32Array;
  /** ln p_v at θ + fraction · Δθ. */
  readonly after: Float32Array;
  /** fraction · ⟨∇θ ln p_v, Δθ⟩ of the tokens that were chosen. */
  readonly firstOrder: { readonly ids: readonly number[]; readonly change: readonly number[] };
}

export interface TokenStepOptions {
  /** Δθ leads from the one to the other. */
  readonly before: PolicySnapshot;
  readonly after: PolicySnapshot;
  readonly prefix: readonly number[];
  /** Chooses, by ln p before, the tokens to predict to first order: one backward pass each. */
  readonly choose: (before: Float32Array) => readonly number[];
  /** How much of the step to take: first order becomes exact as this goes to 0. Default 1. */
  readonly fraction?: number;
  readonly temperature: number;
  readonly signal?: AbortSignal;
  /** Told how many of the tokens are predicted. */
  readonly onScore?: (done: number) => void;
}

/** The whole step (or a fraction of it) at one position. Puts the policy back. */
export async function tokenStep(policy: TrainablePolicy, options: TokenStepOptions): Promise<TokenStep> {
  const { before, after, prefix, choose, fraction = 1, temperature, signal, onScore } = options;
  const step = difference(after.parameters, before.parameters).map((d) => fraction * d);
  return policy.preserve(async () => {
    policy.restore(before);
    const logprobs = await policy.nextToken(prefix, { temperature });
    const ids = choose(logprobs);
    const sequences = ids.map((id) => ({ prompt: prefix, ids: [id] }));
    const change = await mapScores(policy, sequences, (score) => dot(score, step), {
      temperature,
      signal,
      onScore,
    });
    const parameters = before.parameters.map((theta, i) => theta + step[i]);
    policy.restore({ ...before, parameters });
    const moved = await policy.nextToken(prefix, { temperature });
    return { before: logprobs, after: moved, firstOrder: { ids, change } };
  });
}

export interface PushOptions {
  readonly prefix: readonly number[];
  readonly token: number;
  /** A > 0 pulls the token up, A < 0 pushes it down: ∂J/∂ln p of the token. */
  readonly advantage: number;
  /** Optimiser steps. */
  readonly steps: number;
  readonly optimizer: OptimizerOptions;
  readonly temperature: number;
  readonly signal?: AbortSignal;
  /** Told how many steps are done. */
  readonly onStep?: (done: number) => void;
}

/**
 * Where does the mass go? Pushes one token of one position, alone, by an optimiser that starts afresh, and puts the
 * policy back. The distribution before, and after each step.
 */
export async function pushToken(
  policy: TrainablePolicy,
  { prefix, token, advantage, steps, optimizer, temperature, signal, onStep }: PushOptions,
): Promise<Float32Array[]> {
  return policy.preserve(async () => {
    const { parameters } = await policy.snapshot();
    const zeros = () => new Float32Array(parameters.length);
    policy.restore({ parameters, firstMoments: zeros(), secondMoments: zeros(), steps: 0 });
    const distributions = [await policy.nextToken(prefix, { temperature })];
    for (let step = 0; step < steps; step++) {
      await policy.backward([{ prompt: prefix, branches: [[token]] }], () => [advantage], {
        temperature,
        signal,
      });
      await policy.step(optimizer);
      distributions.push(await policy.nextToken(prefix, { temperature }));
      onStep?.(step + 1);
    }
    return distributions;
  });
}
