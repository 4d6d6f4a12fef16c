import { appendFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { isDecided, type Judgement, type Judgements } from "../rubric/judge/judgements";
import { readText, toLines } from "./files";

/**
 * Judgements in a file, `{"key", "items"}` a line, appended as they come: a command that was stopped asks nothing
 * twice. A line that was cut off is skipped. Undecided ones are kept where `undecided` says so.
 */
export function judgementFile(path: string, { undecided = false } = {}): Judgements {
  const kept = new Map<string, Judgement>();
  const text = existsSync(path) ? readText(path) : "";
  for (const line of text.split("\n")) readLine(line, kept);
  // Nothing is written before there is something to keep.
  let before = text === "" || text.endsWith("\n") ? "" : "\n";
  return {
    get: (key) => Promise.resolve(kept.get(key)),
    put(key, judgement) {
      if (undecided || isDecided(judgement)) {
        kept.set(key, judgement);
        mkdirSync(dirname(path), { recursive: true });
        appendFileSync(path, before + toLines([{ key, ...judgement }]));
        before = "";
      }
      return Promise.resolve();
    },
  };
}

function readLine(line: string, kept: Map<string, Judgement>): void {
  try {
    const { key, ...judgement } = JSON.parse(line) as Judgement & { readonly key: string };
    if (Array.isArray(judgement.items)) kept.set(key, judgement);
  } catch {
    // The process was killed while it wrote this line.
  }
}
