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

/** In how many updates some response was graded on an item, by item key. */
export type GradedUpdates = Readonly<Record<string, number>>;

/** The counts after one more update. */
export function countUpdates(updates: GradedUpdates, responses: readonly GradedResponse[]): GradedUpdates {
  const seen = [...countUnmet(responses).keys()].map((key) => [key, (updates[key] ?? 0) + 1]);
  return { ...updates, ...Object.fromEntries(seen) };
}

/** The items that stay unmet: graded in `updates` updates at least, and missed at a rate of `above` or more; worst first. */
export const stayingUnmet = (
  rates: FailureRates,
  graded: GradedUpdates,
  { updates, above }: { readonly updates: number; readonly above: number },
): string[] =>
  Object.entries(rates)
    .filter(([key, rate]) => rate >= above && (graded[key] ?? 0) >= updates)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([key]) => key);
