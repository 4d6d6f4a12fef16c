/**
 * DAPO's dynamic sampling (Yu et al. 2025, arXiv 2503.14476, equation (11): 0 < passing responses < G): a group whose
 * rollouts are all rewarded alike has advantages of 0, so another instruction takes its place in the batch. A group
 * that will be revised is none of these: its revision tells the rewards apart.
 */
import { usesWritten, type MethodConfig } from "./config";
import { hasPassed, rewardTolerance, type Group } from "./group";
import { overlongPenalty } from "./overlong";

/**
 * Whether a graded group will give no gradient, because its known rewards span less than 1e-6: no advantages, and no
 * pair to prefer one of. Not where something else than these rewards is trained on, and not of a group that no grade is
 * known of: another instruction would not help the judge.
 */
export function isWasted({ rollouts }: Pick<Group, "rollouts">, config: MethodConfig): boolean {
  const { process, sampling, hindsight, maxNewTokens } = config;
  if (usesWritten(config) || process.scores !== "none") return false;
  const known = rollouts.filter(({ reward }) => reward !== null);
  if (known.length === 0 || (hindsight.enabled && !known.every(hasPassed))) return false;
  const rewards = known.map(
    ({ reward, rollout: { ids } }) =>
      reward! + overlongPenalty(ids.length, maxNewTokens, sampling.overlongTokens),
  );
  return Math.max(...rewards) - Math.min(...rewards) < rewardTolerance;
}

/**
 * Puts a round's fresh groups into the places that were open, one each; one that is wasted too leaves its place as it
 * was. Returns the batch and what is not in it: groups that were replaced, or came in vain.
 */
export function replaceWasted(
  groups: readonly Group[],
  places: readonly number[],
  fresh: readonly Group[],
  config: MethodConfig,
): { readonly groups: readonly Group[]; readonly discarded: readonly Group[] } {
  const kept = [...groups];
  const discarded = places.map((place, i) => {
    if (isWasted(fresh[i], config)) return fresh[i];
    kept[place] = fresh[i];
    return groups[place];
  });
  return { groups: kept, discarded };
}
