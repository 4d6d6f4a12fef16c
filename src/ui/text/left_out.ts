import type { VerdictView } from "../../runs/protocol";

/** The longest reason that a row has room for, in characters; all of it is told where it is asked for. */
const longest = 140;

/** Why a response has no reward: its unknown items, those with one reason together. Empty where there is none. */
export function leftOutWords(verdicts: readonly VerdictView[]): string {
  const reasons = new Map<string, number[]>();
  verdicts.forEach(({ status, reason = "no reason given" }, i) => {
    if (status === "unknown") reasons.set(reason, [...(reasons.get(reason) ?? []), i + 1]);
  });
  const parts = [...reasons].map(([reason, items]) => {
    const short = reason.length > longest ? `${reason.slice(0, longest).toWellFormed()}…` : reason;
    return `${items.length === 1 ? `item ${items[0]} is` : `items ${items.join(", ")} are`} unknown: ${short.replace(/[.\s]+$/, "")}`;
  });
  return parts.length === 0 ? "" : `Left out, ${parts.join("; ")}.`;
}
