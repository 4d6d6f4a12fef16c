/** The day (2026-11-21) on which each experiment's results were last committed, by its name; empty without the history. */
export function resultDates(): Record<string, string>;
