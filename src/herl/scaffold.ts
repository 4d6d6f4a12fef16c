/**
 * RuscaRL (Zhou et al. 2025, arXiv 2508.16949): while responses are sampled, part of the rubric stands in the prompt.
 * Members of a group see more or less of it, so that the group stays diverse, and all of them see less as training goes
 * on, so that the policy learns to do without.
 *
 * Trained after the original prompt (the published code's default), the responses come from another distribution than
 * the one that learns from them: π_old is taken after q by the training path, so that the ratio is 1 at the first
 * update of a batch, and nothing corrects for q having been another. That is RuscaRL's mismatch, kept as it is; HeRL
 * trains its revision after what it was sampled after. `scaffold.trained` scaffolded does the same here.
 */
import { exp } from "../kernels/math";
import { deriveKey, RandomStream, type Key } from "../kernels/random/random";
import type { SampleRequest } from "../policy/policy";
import type { Task } from "../rubric/schema";
import type { ScaffoldConfig } from "./config";
import type { Learner } from "./learner";

/**
 * The share of the rubric that member i = 0 … G − 1 of a group of `members` sees in update `step` (1 for the first):
 *
 *   (G − 1 − i) / (G − 1) · 1 / (1 + e^{steepness · (x − start)}),   x = (step − 1) / (updates − 1)
 *
 * A group of one sees what a first member would.
 */
export function scaffoldShare(
  member: number,
  members: number,
  step: number,
  { start, steepness, updates }: Omit<ScaffoldConfig, "enabled" | "trained">,
): number {
  const withinGroup = members === 1 ? 1 : (members - 1 - member) / (members - 1);
  const x = (step - 1) / (updates - 1);
  return withinGroup / (1 + exp(steepness * (x - start)));
}

/** What one member of a group is sampled after, where that is not the instruction alone. */
export interface Scaffold {
  /** Indices of the rubric items that it is shown. */
  readonly shown: readonly number[];
  readonly context: readonly number[];
}

/**
 * The scaffolds of a group's members; null for a member that sees none. round(share · K) items are drawn from `key`. A
 * prompt that leaves no room in the context is left out: the member then gets the instruction alone, and `shown` of its
 * sample says so.
 */
export function scaffoldsOf(
  { policy, codec, scaffoldMessages }: Pick<Learner, "policy" | "codec" | "scaffoldMessages">,
  task: Task,
  { members, step, key }: { readonly members: number; readonly step: number; readonly key: Key },
  config: ScaffoldConfig,
): (Scaffold | null)[] {
  const items = task.rubric.map((_, i) => i);
  return Array.from({ length: members }, (_, member) => {
    const count = config.enabled
      ? Math.round(scaffoldShare(member, members, step, config) * items.length)
      : 0;
    if (count === 0) return null;
    const shown = new RandomStream(deriveKey(key, member))
      .shuffled(items)
      .slice(0, count)
      .sort((a, b) => a - b);
    const context = codec.encode(scaffoldMessages(task, shown));
    return context.length < policy.contextLength ? { shown, context } : null;
  });
}

/**
 * The requests for a group's rollouts: one for all of them where they share a prompt, one for each member where some
 * see more than others.
 */
export const memberRequests = (
  prompt: readonly number[],
  scaffolds: readonly (Scaffold | null)[],
  key: Key,
): SampleRequest[] =>
  scaffolds.every((scaffold) => scaffold === null)
    ? [{ prompt, samples: scaffolds.length, key }]
    : scaffolds.map((scaffold, member) => ({
        prompt: scaffold?.context ?? prompt,
        samples: 1,
        key: deriveKey(key, "member", member),
      }));
