import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { HerlError } from "../errors";
import { askForSplit } from "../runs/ask_for_split";
import type { OpenSession } from "../runs/open_session";
import { acceptSplit } from "../runs/accept_split";
import type { SplitProposal } from "../runs/splits";
import { readLines, toLines } from "./files";
import type { RunFolder } from "./run_folder";

/** One line of `proposals.jsonl`. */
interface ProposalRecord {
  readonly step: number;
  readonly key: string;
  /** Of misses, as the run adapts to it. */
  readonly rate: number;
  /** The item of some task, and what would stand in its place. */
  readonly text: string;
  readonly texts: readonly string[];
}

const pathOf = (folder: RunFolder) => join(folder.path, "proposals.jsonl");

/** Prints proposals and writes them down; the judge is asked for those of judged items, once an item. */
export async function propose(
  folder: RunFolder,
  open: OpenSession,
  step: number,
  proposals: readonly SplitProposal[],
): Promise<void> {
  const known = recorded(folder);
  for (const { key, rate, item, texts: byTemplate } of proposals) {
    const before = known.findLast((record) => record.key === key)?.texts;
    const texts = byTemplate ?? before ?? (await asked(folder, open, key));
    if (!texts) continue;
    const record: ProposalRecord = { step, key, rate, text: item.text, texts };
    appendFileSync(pathOf(folder), toLines([record]));
    console.error(`  stays unmet (${rate.toFixed(2)}): ${item.text}`);
    for (const text of texts) console.error(`    could become: ${text}`);
    console.error(`    to accept: --resume --accept-split ${JSON.stringify(key)}`);
  }
}

async function asked(folder: RunFolder, open: OpenSession, key: string): Promise<readonly string[] | null> {
  try {
    return (await askForSplit(open, key, folder.failures())).texts;
  } catch (error) {
    if (!(error instanceof HerlError)) throw error;
    // Nothing hangs on a proposal: the run goes on, and stops at its next question if the judge is away.
    console.error(`  ${error.toLine()}`);
    return null;
  }
}

/**
 * Takes the finer splits of `keys` into a run, with the texts that were proposed last. Rejects with RUBRIC_INVALID where
 * a judged item has no proposal yet, and as `acceptSplit` does.
 */
export async function acceptSplits(
  folder: RunFolder,
  open: OpenSession,
  keys: readonly string[],
): Promise<void> {
  let { manifest } = open;
  for (const key of keys) {
    const texts = recorded(folder).findLast((record) => record.key === key)?.texts;
    manifest = await acceptSplit({ ...open, manifest }, { key, texts });
    console.error(`  ${key} is split from update ${manifest.rubric_changes!.at(-1)!.fromStep} on`);
  }
}

const recorded = (folder: RunFolder): ProposalRecord[] =>
  existsSync(pathOf(folder)) ? readLines<ProposalRecord & Record<string, unknown>>(pathOf(folder)) : [];
