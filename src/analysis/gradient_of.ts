import type { CoefficientsOf, ScoreOptions, TrainablePolicy, Tree } from "../policy/policy";

type Options = Pick<ScoreOptions, "temperature" | "signal">;

/** A sequence after its prompt. */
export interface PromptedSequence {
  readonly prompt: readonly number[];
  readonly ids: readonly number[];
}

/**
 * ∂(Σ c ln π)/∂θ over everything that is trained, in the order of `PolicySnapshot.parameters`. Gradients that have
 * added up stay as they are.
 */
export const gradientOf = (
  policy: TrainablePolicy,
  trees: readonly Tree[],
  coefficientsOf: CoefficientsOf,
  options: Options = {},
): Promise<Float32Array> => policy.preserve(() => freshGradient(policy, trees, coefficientsOf, options));

/**
 * `take` of the score s = ∇θ ln π of each sequence, one backward pass each: what the method's bound and its transfer
 * rest on. Gradients that have added up stay as they are.
 */
export const mapScores = <T>(
  policy: TrainablePolicy,
  sequences: readonly PromptedSequence[],
  take: (score: Float32Array) => T,
  { onScore, ...options }: Options & { /** Told how many are done. */ onScore?: (done: number) => void } = {},
): Promise<T[]> =>
  policy.preserve(async () => {
    const taken: T[] = [];
    for (const { prompt, ids } of sequences) {
      taken.push(take(await freshGradient(policy, [{ prompt, branches: [ids] }], ones, options)));
      onScore?.(taken.length);
    }
    return taken;
  });

/** The score of one sequence. */
export const scoreOf = async (
  policy: TrainablePolicy,
  prompt: readonly number[],
  ids: readonly number[],
  options: Options = {},
): Promise<Float32Array> => (await mapScores(policy, [{ prompt, ids }], (score) => score, options))[0];

const ones: CoefficientsOf = (_tree, _branch, { logprobs }) => logprobs.map(() => 1);

/** Forgets what has added up; to be run inside `preserve`. */
async function freshGradient(
  policy: TrainablePolicy,
  trees: readonly Tree[],
  coefficientsOf: CoefficientsOf,
  options: Options,
): Promise<Float32Array> {
  policy.clearGradients();
  await policy.backward(trees, coefficientsOf, options);
  // `backward` adds up the gradient of L = −Σ c ln π.
  return (await policy.readGradients()).map((g) => -g);
}
