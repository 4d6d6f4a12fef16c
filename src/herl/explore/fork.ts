/**
 * Entropy search. The first attempt is a plain sample. Each next one forks the best branch so far (the highest reward;
 * the earliest of equals) at its next highest-entropy token: the tokens before it are kept, the most likely token that
 * was not tried there is forced, and the policy goes on from it.
 */
import { rewardTolerance } from "../group";
import type { Attempt } from "./attempt";

/** Where to fork next. */
export interface Fork {
  readonly parent: number;
  /** Position of the token to be forced, in the parent's response. */
  readonly position: number;
  /** Tokens that stand at that position in branches with the same tokens before it. */
  readonly tried: ReadonlySet<number>;
}

/**
 * The next fork of a tree with at least one attempt. "Next" goes through the best branch's tokens in the order of their
 * entropy, the first of equals first; once each has been forked at, they are gone through again.
 */
export function nextFork(tree: readonly Attempt[]): Fork {
  const parent = bestBranch(tree);
  const { ids, entropies } = tree[parent].rollout;
  const timesForked = ids.map((_, position) => forksAt(tree, ids, position));
  const position = ids
    .map((_, at) => at)
    .reduce((a, b) =>
      timesForked[b] < timesForked[a] || (timesForked[b] === timesForked[a] && entropies[b] > entropies[a])
        ? b
        : a,
    );
  const tried = new Set(
    tree.flatMap(({ rollout }) => (goesThrough(rollout.ids, ids, position) ? [rollout.ids[position]] : [])),
  );
  return { parent, position, tried };
}

/** The most likely token that has not been tried; null when all were. */
export function nextLikely(logprobs: ArrayLike<number>, tried: ReadonlySet<number>): number | null {
  let best: number | null = null;
  for (let id = 0; id < logprobs.length; id++)
    if (!tried.has(id) && (best === null || logprobs[id] > logprobs[best])) best = id;
  return best;
}

function bestBranch(tree: readonly Attempt[]): number {
  const worth = ({ reward }: Attempt) => reward ?? -1;
  return tree.reduce(
    (best, attempt, i) => (worth(attempt) > worth(tree[best]) + rewardTolerance ? i : best),
    0,
  );
}

/** How many attempts forked at this token of a branch. */
const forksAt = (tree: readonly Attempt[], ids: readonly number[], position: number): number =>
  tree.filter(({ fork, rollout }) => fork === position && goesThrough(rollout.ids, ids, position)).length;

/** Whether a response has a token at `position` and the same ones as `ids` before it. */
const goesThrough = (response: readonly number[], ids: readonly number[], position: number): boolean =>
  response.length > position && response.every((id, i) => i >= position || id === ids[i]);
