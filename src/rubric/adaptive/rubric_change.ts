import { itemKey } from "../item_key";
import type { RubricItem } from "../schema";
import type { VerifierRegistry } from "../verifiers/registry";
import { splitItem } from "./split_item";

/** A finer split of an item that the user has accepted: part of what a run is replayed from. */
export interface RubricChange {
  /** The first update that it holds for. */
  readonly fromStep: number;
  /** The item that is split, by `itemKey`. */
  readonly key: string;
  /** For a judged item: what stands in its place. Without it the template splits (`splitItem`). */
  readonly judged?: SplitTexts;
}

/** Judged items in place of one. */
export interface SplitTexts {
  readonly polarity: RubricItem["polarity"];
  readonly texts: readonly string[];
}

/** How many items a judged one may become. */
export const partCounts = { least: 2, most: 4 } as const;

/** The items in place of one; null where the split means nothing to it. Their weights are equal and sum to its own. */
export function partsOf(
  item: RubricItem,
  { key, judged }: Pick<RubricChange, "key" | "judged">,
  registry: VerifierRegistry,
): readonly RubricItem[] | null {
  if (itemKey(item) !== key) return null;
  if (item.check.by === "code") return splitItem(item, registry);
  if (judged?.polarity !== item.polarity) return null;
  return judged.texts.map((text) => ({ ...item, text, weight: item.weight / judged.texts.length }));
}

/** A rubric as it stands in update `step`: every change that holds by then, in the order in which they came. */
export const changedRubric = (
  rubric: readonly RubricItem[],
  changes: readonly RubricChange[],
  step: number,
  registry: VerifierRegistry,
): readonly RubricItem[] =>
  changes
    .filter(({ fromStep }) => fromStep <= step)
    .reduce((items, change) => items.flatMap((item) => partsOf(item, change, registry) ?? [item]), rubric);
