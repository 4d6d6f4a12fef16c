import type { CoefficientsOf, ScoreOptions, TrainablePolicy, Tree } from "../policy/policy";

/**
 * ∂(Σ c ln π)/∂θ over everything that is trained, in the order of `PolicySnapshot.parameters`. Gradients that have
 * added up stay as they are.
 */
export async function gradientOf(
  policy: TrainablePolicy,
  trees: readonly Tree[],
  coefficientsOf: CoefficientsOf,
  options: Pick<ScoreOptions, "temperature" | "signal"> = {},
): Promise<Float32Array> {
  return policy.preserve(async () => {
    policy.clearGradients();
    await policy.backward(trees, coefficientsOf, options);
    // `backward` adds up the gradient of L = −Σ c ln π.
    return (await policy.readGradients()).map((g) => -g);
  });
}

/** ∇θ ln π of one sequence after its prompt: the score s of the method's bound and of its transfer. */
export const scoreOf = (
  policy: TrainablePolicy,
  prompt: readonly number[],
  ids: readonly number[],
  options: Pick<ScoreOptions, "temperature" | "signal"> = {},
): Promise<Float32Array> =>
  gradientOf(
    policy,
    [{ prompt, branches: [ids] }],
    (_tree, _branch, { logprobs }) => logprobs.map(() => 1),
    options,
  );
