import type { Action } from "./actions";

type Keys = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">;

/** A pressed key as actions name it: "Space", ".", "r", "?", "ArrowLeft", "Ctrl+k" (also for ⌘). */
export function shortcutOf({ key, ctrlKey, metaKey, altKey }: Keys): string | null {
  if (altKey) return null;
  const name = key === " " ? "Space" : key.length === 1 ? key.toLowerCase() : key;
  return ctrlKey || metaKey ? `Ctrl+${name}` : name;
}

/** Keys as people read them. */
export const shownShortcut = (shortcut: string): string =>
  ({ ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" })[shortcut] ??
  (shortcut.length === 1 ? shortcut.toUpperCase() : shortcut.replace("Ctrl+k", "Ctrl K"));

/** Whether an element has a use of its own for the key, so that the page must leave it alone. */
export function isTaken(shortcut: string, target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest("dialog")) return !shortcut.startsWith("Ctrl+");
  if (target.matches("input[type=radio], input[type=range]")) return shortcut.startsWith("Arrow");
  if (target.closest("input, select, textarea, [contenteditable]")) return !shortcut.startsWith("Ctrl+");
  return shortcut === "Space" && target.closest("button, a, summary, [role=button]") !== null;
}

/** The action of a key, if it can be done now. */
export const actionFor = (actions: readonly Action[], shortcut: string): Action | null =>
  actions.find((action) => action.enabled && action.shortcut.includes(shortcut)) ?? null;
