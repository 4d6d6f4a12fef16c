import { describe, expect, test } from "vitest";
import type { ItemFailures } from "../../analysis/failures";
import { rate } from "../../analysis/intervals";
import { fixedText, fixedTitle, itemName, sorted, weightText } from "./words";

const item = (key: string, changes: Partial<ItemFailures> = {}): ItemFailures => ({
  ...{ key, text: key, updates: 1, missed: null, first: null, last: null, unmet: 0, broken: 0 },
  ...{ fixed: rate(0, 0), unknown: [], satisfied: [], examples: [] },
  ...changes,
});

describe("the table of items", () => {
  const items = [
    item("judge: b", { missed: 0.5, fixed: rate(1, 4) }),
    item("c"),
    item("a", { missed: 0.9, fixed: rate(3, 4), broken: 2 }),
  ];
  const weights = new Map([["a", { key: "a", items: 1, before: 1, after: 1.234 }]]);
  const keys = (...[column, isDown]: [Parameters<typeof sorted>[1], boolean]) =>
    sorted(items, column, isDown, weights)
      .map(({ key }) => itemName(key))
      .join("");

  test("by any column, either way; what has no value stands last", () => {
    expect([keys("missed", true), keys("missed", false)]).toEqual(["abc", "bac"]);
    expect([keys("fixed", true), keys("fixed", false)]).toEqual(["abc", "bac"]);
    expect([keys("key", true), keys("key", false)]).toEqual(["cba", "abc"]);
    expect([keys("weight", true), keys("weight", false)]).toEqual(["abc", "abc"]);
    expect(keys("broken", true)).toBe("abc");
  });

  test("a cell says what was counted, and its title how sure that is", () => {
    expect(items.map(fixedText)).toEqual(["1 of 4", "–", "3 of 4"]);
    expect(fixedTitle(items[0])).toMatch(/^25\s%, 95 % interval 5\s% to 70\s%$/);
    expect(fixedTitle(items[1])).toContain("No draft");
    expect([weightText(weights.get("a")), weightText(undefined)]).toEqual(["1.00 → 1.23", "–"]);
  });
});
