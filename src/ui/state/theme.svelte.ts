export type ThemeChoice = "system" | "light" | "dark";

export const themeChoices: readonly ThemeChoice[] = ["system", "light", "dark"];

const key = "herl-theme";

/** What this browser remembers under a name; null where it may not remember anything. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Remembers a value, or forgets it (null), where the browser allows it. */
export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Blocked site data: the choice holds until the tab is closed.
  }
}

/** Light, dark, or as the system says. `public/theme.js` applies it before the first paint of a later visit. */
export class Theme {
  choice: ThemeChoice = $state(themeChoices.find((choice) => choice === remembered(key)) ?? "system");

  set(choice: ThemeChoice): void {
    this.choice = choice;
    if (choice === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = choice;
    remember(key, choice === "system" ? null : choice);
  }

  next(): void {
    this.set(themeChoices[(themeChoices.indexOf(this.choice) + 1) % themeChoices.length]);
  }
}
