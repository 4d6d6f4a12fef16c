import { boundChain, type BoundChain } from "../analysis/bound";
import { mapScores } from "../analysis/gradient_of";
import type { TrainablePolicy } from "../policy/policy";
import { wasSampled, type Group } from "./group";

/**
 * The chain of (13) on the policy as it is, over a group's graded rollouts; a revision is no sample of π(·|q) and takes
 * no part, nor does a response that somebody else wrote or that was sampled after a scaffold. One backward pass per
 * rollout. Null with fewer than two.
 */
export async function measureBound(
  policy: TrainablePolicy,
  { prompt, rollouts }: Pick<Group, "prompt" | "rollouts">,
  options: { readonly temperature: number; readonly signal?: AbortSignal },
): Promise<BoundChain | null> {
  const graded = rollouts.filter((sample) => sample.reward !== null && wasSampled(sample) && !sample.context);
  const sequences = graded.map(({ rollout: { ids } }) => ({ prompt, ids }));
  const scores = await mapScores(policy, sequences, (score) => score, options);
  return boundChain(
    scores,
    graded.map(({ reward }) => 1 - reward!),
  );
}

/** The chain of each of a step's groups. */
export async function boundOfEach(
  policy: TrainablePolicy,
  groups: readonly Group[],
  options: { readonly temperature: number; readonly signal?: AbortSignal },
): Promise<(BoundChain | null)[]> {
  const chains: (BoundChain | null)[] = [];
  for (const group of groups) chains.push(await measureBound(policy, group, options));
  return chains;
}
