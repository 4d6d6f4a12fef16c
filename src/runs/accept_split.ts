import { HerlError } from "../errors";
import { partCounts, type RubricChange, type SplitTexts } from "../rubric/adaptive/rubric_change";
import type { RubricItem } from "../rubric/schema";
import type { RunConfig } from "./config";
import type { OpenSession } from "./open_session";
import { allowsSplits, splittable, type SplitContext } from "./splits";

/** What is accepted. Judged items need the texts that stand in their place. */
export interface AcceptedSplit {
  readonly key: string;
  readonly texts?: readonly string[];
}

/**
 * Takes a finer split into the run: recorded in its manifest first, it then holds from the next update that begins.
 * Returns the manifest. Rejects with RUBRIC_INVALID where the item cannot be split so, and with what the journal throws.
 */
export async function acceptSplit(
  { session, manifest }: Pick<OpenSession, "session" | "manifest">,
  split: AcceptedSplit,
): Promise<OpenSession["manifest"]> {
  const change = changeOf(session.config, session.splitContext(), split, session.nextStep);
  const changes = [...session.changes, change];
  const amended = { ...manifest, rubric_changes: changes };
  await session.amend(amended, changes);
  return amended;
}

function changeOf(
  config: RunConfig,
  context: SplitContext,
  { key, texts }: AcceptedSplit,
  fromStep: number,
): RubricChange {
  if (!allowsSplits(config))
    throw refused(
      `Hindsight tells missing items of this run by their numbers, and parts of an item have none`,
    );
  if (context.changes.some((change) => change.key === key)) throw refused(`The item ${key} is split already`);
  const item = splittable(key, context);
  if (!item) throw refused(`No item ${key} of the latest tasks can be split`);
  if (item.check.by === "code") return { fromStep, key };
  const judged = { polarity: item.polarity, texts: texts ?? [] };
  checkTexts(judged, item);
  return { fromStep, key, judged };
}

function checkTexts({ texts }: SplitTexts, { text }: RubricItem): void {
  const { least, most } = partCounts;
  const isNew = new Set([text, ...texts].map((part) => part.trim())).size === texts.length + 1;
  if (texts.length >= least && texts.length <= most && isNew && texts.every((part) => part.trim() !== ""))
    return;
  throw refused(`A judged item is split into ${least} to ${most} different texts, none of them its own`);
}

const refused = (what: string) =>
  new HerlError("RUBRIC_INVALID", what, "Train on with the rubric as it is, or accept another proposal");
