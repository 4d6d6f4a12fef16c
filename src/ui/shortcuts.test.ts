import { expect, test } from "vitest";
import { shortcutOf, shownShortcut } from "./shortcuts";

const press = (key: string, modifiers: Partial<Record<"ctrlKey" | "metaKey" | "altKey", boolean>> = {}) =>
  shortcutOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...modifiers });

test("keys by their names", () => {
  expect([press(" "), press("R"), press("?"), press("ArrowLeft")]).toEqual(["Space", "r", "?", "ArrowLeft"]);
  expect([press("k", { ctrlKey: true }), press("k", { metaKey: true })]).toEqual(["Ctrl+k", "Ctrl+k"]);
  expect(press("r", { altKey: true })).toBeNull();
  // The browser's own reload is not the page's reset.
  expect(press("r", { ctrlKey: true })).toBe("Ctrl+r");
});

test("keys as people read them", () => {
  expect(["Space", "r", "ArrowUp", "Ctrl+k", "."].map(shownShortcut)).toEqual([
    "Space",
    "R",
    "↑",
    "Ctrl K",
    ".",
  ]);
});
