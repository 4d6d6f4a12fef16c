import { HerlError } from "../errors";
import { partCounts, partsOf, type RubricChange, type SplitTexts } from "../rubric/adaptive/rubric_change";
import { itemKey } from "../rubric/item_key";
import type { RubricItem, Task } from "../rubric/schema";
import type { VerifierRegistry } from "../rubric/verifiers/registry";
import type { RunConfig } from "./config";
import type { OpenSession } from "./open_session";

/** A finer split of an item that stays unmet. It changes nothing before somebody accepts it. */
export interface SplitProposal {
  readonly key: string;
  /** Of misses: the moving average. */
  readonly rate: number;
  /** A task's item of this key, which the parts below would replace. */
  readonly item: RubricItem;
  /** What would stand in its place; null for a judged item: the judge has to be asked. */
  readonly texts: readonly string[] | null;
}

export interface SplitContext {
  /** Training tasks as they stand now, the latest first. */
  readonly tasks: readonly Task[];
  readonly changes: readonly RubricChange[];
  readonly registry: VerifierRegistry;
}

/** An item of this key that can be split, from the latest task that has one; null where there is none. */
export function splittable(key: string, { tasks, changes, registry }: SplitContext): RubricItem | null {
  if (changes.some((change) => change.key === key)) return null;
  const items = tasks.flatMap(({ rubric }) => rubric.filter((item) => itemKey(item) === key));
  return items.find((item) => item.check.by === "judge" || partsOf(item, { key }, registry) !== null) ?? null;
}

/**
 * Whether items of a run may be split: hindsight that tells what is missing by its number in the instruction has no
 * number for a part.
 */
export const allowsSplits = ({ world }: Pick<RunConfig, "world">): boolean => world.wording !== "numbers";

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
