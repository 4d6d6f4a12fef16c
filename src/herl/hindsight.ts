import type { RandomStream } from "../kernels/random/random";
import type { HindsightConfig } from "./config";
import { hasPassed, rewardTolerance, type Revision, type Sample } from "./group";

/**
 * Equation (5): the failed rollouts with the highest reward, the nearest misses. At most `maxRevisions` of them are
 * taken, drawn when there are ties. Empty when nothing failed, or when one passed and only groups without a pass
 * are revised. Rollouts without a reward are no candidates.
 */
export function selectDrafts(
  rollouts: readonly Sample[],
  config: HindsightConfig,
  stream: RandomStream,
): number[] {
  if (!config.enabled) return [];
  if (config.rewriteWhen === "nonePassed" && rollouts.some(hasPassed)) return [];
  const failed = rollouts.flatMap((sample, index) =>
    sample.reward === null || hasPassed(sample) ? [] : [{ index, reward: sample.reward }],
  );
  const best = Math.max(...failed.map(({ reward }) => reward));
  const top = failed.filter(({ reward }) => best - reward <= rewardTolerance).map(({ index }) => index);
  return stream
    .shuffled(top)
    .slice(0, config.maxRevisions)
    .sort((a, b) => a - b);
}

/**
 * Equation (7): the revision with the highest reward (the first of equals), if it may join by comparison with its
 * draft. A replayed draft joins as a success of its edited instruction, or not at all. Null when there is none.
 */
export function acceptRevision(
  revisions: readonly Revision[],
  rollouts: readonly Sample[],
  accept: HindsightConfig["accept"],
): number | null {
  let best: number | null = null;
  revisions.forEach((revision, i) => {
    const { reward, replayed } = revision;
    if (replayed && !hasPassed(revision)) return;
    if (reward !== null && (best === null || reward > revisions[best].reward!)) best = i;
  });
  if (best === null) return null;
  const { reward, draft } = revisions[best];
  const gain = reward! - rollouts[draft].reward!;
  const accepted = { improveOrEqual: gain >= -rewardTolerance, strict: gain > rewardTolerance, always: true };
  return accepted[accept] ? best : null;
}

/**
 * The rollouts that stay in the group when a revision joins: all of them, or all but the one that it replaces.
 * Rollouts without a reward are left out in any case.
 */
export function remainingRollouts(
  rollouts: readonly Sample[],
  joined: boolean,
  join: HindsightConfig["join"],
  stream: RandomStream,
): number[] {
  const known = rollouts.flatMap(({ reward }, i) => (reward === null ? [] : [i]));
  if (!joined || join === "append" || known.length === 0) return known;
  const worst = known.reduce((low, i) => (rollouts[i].reward! < rollouts[low].reward! ? i : low));
  const replaced = join === "replaceWorst" ? worst : stream.pick(known);
  return known.filter((i) => i !== replaced);
}
