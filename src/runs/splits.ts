import { partsOf, type RubricChange } from "../rubric/adaptive/rubric_change";
import { itemKey } from "../rubric/item_key";
import type { RubricItem, Task } from "../rubric/schema";
import type { VerifierRegistry } from "../rubric/verifiers/registry";
import type { RunConfig } from "./config";

/** A finer split of an item that stays unmet. It changes nothing before somebody accepts it. */
export interface SplitProposal {
  readonly key: string;
  /** Of misses: the moving average. */
  readonly rate: number;
  /** A task's item of this key, which the parts below would replace. */
  readonly item: RubricItem;
  /** What would stand in its place; null for a judged item: the judge has to be asked. */
  readonly texts: readonly string[] | null;
}

export interface SplitContext {
  /** Training tasks as they stand now, the latest first. */
  readonly tasks: readonly Task[];
  readonly changes: readonly RubricChange[];
  readonly registry: VerifierRegistry;
}

/** An item of this key that can be split, from the latest task that has one; null where there is none. */
export function splittable(key: string, { tasks, changes, registry }: SplitContext): RubricItem | null {
  if (changes.some((change) => change.key === key)) return null;
  const items = tasks.flatMap(({ rubric }) => rubric.filter((item) => itemKey(item) === key));
  return items.find((item) => item.check.by === "judge" || partsOf(item, { key }, registry) !== null) ?? null;
}

/**
 * Whether items of a run may be split: hindsight that tells what is missing by its number in the instruction has no
 * number for a part.
 */
export const allowsSplits = ({ world }: Pick<RunConfig, "world">): boolean => world.wording !== "numbers";
