import type { FailureExample, ItemFailures } from "../../analysis/failures";
import { count, decimal, percent } from "../../figures/format";
import type { FailureReport, ItemWeight } from "../../runs/failure_report";

/** An item by the name that is shown: a verifier's id, or the text that a judge is asked. */
export const itemName = (key: string): string => key.replace(/^judge: /, "");

export const isJudged = (key: string): boolean => key.startsWith("judge: ");

export const shareText = (share: number | null): string => (share === null ? "–" : percent(share));

/** "3 of 4", with the share's interval for those who point at it. */
export const fixedText = ({ fixed }: ItemFailures): string =>
  fixed.of === 0 ? "–" : `${count(fixed.count)} of ${count(fixed.of)}`;

export const fixedTitle = ({ fixed }: ItemFailures): string =>
  fixed.share === null
    ? "No draft that missed it was revised"
    : `${percent(fixed.share)}, 95 % interval ${percent(fixed.low!)} to ${percent(fixed.high!)}`;

/** "1 → 1.23": before and after reweighting. */
export const weightText = (weight: ItemWeight | undefined): string =>
  weight ? `${decimal(weight.before)} → ${decimal(weight.after)}` : "–";

export const outcomeNames: Readonly<Record<FailureExample["outcome"], string>> = {
  fixed: "The revision meets it",
  broken: "The revision lost it",
  missed: "The revision misses it too",
};

/** What can be sorted by, in the order of the columns. */
export type Column = "key" | "missed" | "first" | "last" | "fixed" | "broken" | "weight";

const valueOf = (item: ItemFailures, column: Exclude<Column, "key">, weights: Weights): number | null => {
  if (column === "fixed") return item.fixed.share;
  if (column === "weight") return weights.get(item.key)?.after ?? null;
  return item[column];
};

export type Weights = ReadonlyMap<string, ItemWeight>;

export const weightsByKey = ({ weights }: FailureReport): Weights =>
  new Map(weights.map((weight) => [weight.key, weight]));

/** Items by a column; those without a value stand last, whichever way it goes. */
export function sorted(
  items: readonly ItemFailures[],
  column: Column,
  isDown: boolean,
  weights: Weights,
): ItemFailures[] {
  const sign = isDown ? -1 : 1;
  const byName = (a: ItemFailures, b: ItemFailures) => (itemName(a.key) < itemName(b.key) ? -1 : 1);
  return [...items].sort((a, b) => {
    if (column === "key") return sign * byName(a, b);
    const [x, y] = [valueOf(a, column, weights), valueOf(b, column, weights)];
    if (x === null || y === null) return x === y ? byName(a, b) : x === null ? 1 : -1;
    return sign * (x - y) || byName(a, b);
  });
}
