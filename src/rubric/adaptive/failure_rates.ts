import { itemKey } from "../item_key";
import type { Task, Verdict } from "../schema";

/** How often responses miss an item, by item key: a moving average of each update's share, in [0, 1]. */
export type FailureRates = Readonly<Record<string, number>>;

/** A graded response to a task. */
export interface GradedResponse {
  readonly task: Pick<Task, "rubric">;
  readonly verdicts: readonly Verdict[];
}

/** By item key: how many verdicts there were, and how many of them were unmet. Unknown verdicts count nowhere. */
export function countUnmet(
  responses: readonly GradedResponse[],
): ReadonlyMap<string, { readonly graded: number; readonly unmet: number }> {
  const counts = new Map<string, { graded: number; unmet: number }>();
  for (const { task, verdicts } of responses) {
    verdicts.forEach(({ status }, i) => {
      if (status === "unknown") return;
      const key = itemKey(task.rubric[i]);
      const { graded, unmet } = counts.get(key) ?? { graded: 0, unmet: 0 };
      counts.set(key, { graded: graded + 1, unmet: unmet + (status === "unmet" ? 1 : 0) });
    });
  }
  return counts;
}

/**
 * The rates after one more update: each moves by `decay` of the way to what was just seen; an item seen for the first
 * time takes its share as it is.
 */
export function updateRates(
  rates: FailureRates,
  responses: readonly GradedResponse[],
  decay: number,
): FailureRates {
  const seen = [...countUnmet(responses)].map(([key, { graded, unmet }]): [string, number] => {
    const share = unmet / graded;
    const rate = rates[key];
    return [key, rate === undefined ? share : rate + decay * (share - rate)];
  });
  return { ...rates, ...Object.fromEntries(seen) };
}
