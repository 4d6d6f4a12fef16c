import type { RubricItem, Verdict } from "../rubric/schema";

/**
 * R(τ; q), equation (4), in [0, 1]: the satisfied weight over the total weight. Pitfalls that are present are
 * subtracted, over the same total; a rubric of pitfalls only starts from 1. Null when any grade is unknown: a
 * failed judge is never a reward of 0. An empty rubric has no reward either.
 */
export function rubricReward(rubric: readonly RubricItem[], verdicts: readonly Verdict[]): number | null {
  if (rubric.length === 0 || verdicts.some(({ status }) => status === "unknown")) return null;
  const weight = (polarity: RubricItem["polarity"], status?: Verdict["status"]) =>
    rubric.reduce(
      (sum, item, i) =>
        item.polarity === polarity && (!status || verdicts[i].status === status) ? sum + item.weight : sum,
      0,
    );
  const wanted = weight("want");
  const present = weight("avoid", "unmet");
  if (wanted === 0) return clamp(1 - present / weight("avoid"));
  return clamp((weight("want", "satisfied") - present) / wanted);
}

const clamp = (reward: number): number => Math.min(1, Math.max(0, reward));
