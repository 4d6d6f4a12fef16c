import type { ItemAnswer } from "./judgements";
import { jsonObjects } from "./json_objects";

/** The longest reason or quotation that is kept, in UTF-16 units. */
const longestText = 2000;

interface Entry {
  readonly id: string;
  readonly present: boolean;
  readonly reason?: string;
  readonly evidence?: string;
}

/**
 * Reads a judge's answer to the items of `ids`: one JSON object, bare, fenced, or the only one amid prose and after
 * thoughts. An item that has no entry, one of the wrong form, or two that contradict each other stays undecided with
 * the reason; entries of other ids do not count. Nothing is guessed.
 */
export function readAnswer(text: string, ids: readonly string[]): ItemAnswer[] {
  const none = (reason: string): ItemAnswer[] =>
    ids.map(() => ({ present: null, reason, failure: "answer" as const }));
  const answers = jsonObjects(withoutThoughts(text))
    .map(entriesOf)
    .filter((entries) => entries?.some((entry) => ids.includes(idOf(entry))));
  if (answers.length === 0) return none("the judge's answer is not the JSON that was asked for");
  if (answers.length > 1) return none("the judge gave more than one answer");
  return ids.map((id) => itemAnswer(answers[0]!.filter((entry) => idOf(entry) === id)));
}

/** The text without what reasoning models write first. Some begin within their thoughts; some never end them. */
export const withoutThoughts = (text: string): string =>
  text
    .replace(/<think(?:ing)?>[\s\S]*?(?:<\/think(?:ing)?>|$)/gi, "")
    .replace(/^[\s\S]*<\/think(?:ing)?>/i, "");

function entriesOf(answer: unknown): readonly unknown[] | null {
  const items = (answer as { items?: unknown }).items;
  return Array.isArray(items) ? items : null;
}

const idOf = (entry: unknown): string => String((entry as { id?: unknown } | null)?.id);

function itemAnswer(entries: readonly unknown[]): ItemAnswer {
  const undecided = (reason: string): ItemAnswer => ({ present: null, reason, failure: "answer" });
  if (entries.length === 0) return undecided("the judge's answer leaves this item out");
  const read = entries.map(readEntry);
  if (read.includes(null)) return undecided("the judge's answer on this item has the wrong form");
  const [{ present, reason, evidence }] = read as Entry[];
  if (read.some((entry) => entry!.present !== present))
    return undecided("the judge contradicts itself on this item");
  return { present, ...(reason && { reason }), ...(evidence && { evidence }) };
}

function readEntry(entry: unknown): Entry | null {
  const { id, present, reason, evidence } = entry as Partial<Record<keyof Entry, unknown>>;
  if (typeof present !== "boolean" || !isText(reason) || !isText(evidence)) return null;
  return { id: String(id), present, reason: cut(reason), evidence: cut(evidence) };
}

const isText = (value: unknown): value is string | null | undefined =>
  value === undefined || value === null || typeof value === "string";
const cut = (text: string | null | undefined): string | undefined =>
  text?.trim().slice(0, longestText).toWellFormed();
