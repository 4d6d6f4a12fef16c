/**
 * HiR, hindsight instruction replay (Zhang et al. 2025, arXiv 2512.23457): where HeRL edits the answer, this edits the
 * instruction. A failed draft is a success of the instruction without the items that it missed:
 *
 *   q′ = q with the items {j : c_j satisfied by τ} alone,   R(τ; q′) = 1
 *
 * so its tokens are replayed after q′ with that reward. Nothing is generated. Which drafts, how the row's tokens are
 * weighed and whether its context is kept are settings that it shares with HeRL.
 */
import type { Group, Revision } from "./group";
import { rubricReward } from "./reward";
import type { Learner } from "./learner";

/**
 * A group's drafts, each after the instruction that it satisfies, not yet graded there. A draft that satisfies nothing,
 * an instruction that the world cannot edit, and one that leaves the draft no room in the context are dropped and
 * counted.
 */
export function replayDrafts(
  { policy, codec, withItems }: Pick<Learner, "policy" | "codec" | "withItems">,
  group: Group,
): Group {
  const revisions = group.drafts.flatMap((draft): Revision[] => {
    const { rollout, text, verdicts } = group.rollouts[draft];
    const kept = verdicts.flatMap(({ status }, i) => (status === "satisfied" ? [i] : []));
    const task = kept.length > 0 ? withItems?.(group.task, kept) : null;
    if (!task) return [];
    const context = codec.encode([{ role: "user", content: task.prompt }]);
    if (context.length + rollout.ids.length > policy.contextLength) return [];
    return [{ rollout, text, verdicts, reward: null, draft, context, replayed: { task, items: kept } }];
  });
  return { ...group, revisions, droppedPrompts: group.drafts.length - revisions.length };
}

/**
 * A group's replayed drafts, graded after their own instructions: that the reward is 1 is looked at, not assumed. The
 * items that were cut off keep the draft's verdicts.
 */
export const gradeReplays = (
  { grader }: Pick<Learner, "grader">,
  { revisions }: Group,
  signal?: AbortSignal,
): Promise<Revision[]> =>
  Promise.all(
    revisions.map(async (revision) => {
      const { task, items } = revision.replayed!;
      const own = await grader.grade(task, revision.text, signal);
      const verdicts = revision.verdicts.map((verdict, i) => own[items.indexOf(i)] ?? verdict);
      return { ...revision, verdicts, reward: rubricReward(task.rubric, own) };
    }),
  );
