import { deriveKey, seedKey } from "../../kernels/random/random";
import type { Topic } from "./content";
import type { PocketConstraint } from "./exclusions";
import type { FamilyName } from "./families/family";
import { tellConstraint, tellTopic } from "./tasks";

/**
 * Which tasks are for training and which for evaluation.
 *
 * Every task belongs to one of two sides for good, whatever the run, its seed or its families: a hash of its topic
 * and its constraints *in alphabetic order* decides, so that the same constraints in another order are on the same
 * side. One task in eight is for evaluation. Pre-training and the split `train` draw from the one side only, the
 * splits `heldout`, `close` and `ood` from the other: no evaluated prompt was ever trained on, by either.
 */
export const splits = ["train", "heldout", "close", "ood"] as const;

export type Split = (typeof splits)[number];

const partitionKey = deriveKey(seedKey(0), "pocket", "partition");

/** Whether a task is on the side of evaluation. */
export function isForEvaluation(topic: Topic, constraints: readonly PocketConstraint[]): boolean {
  const lines = constraints.map(tellConstraint).sort();
  return deriveKey(partitionKey, [tellTopic(topic), ...lines].join("\n"))[0] % 8 === 0;
}

/**
 * Pairs of families that occur together in the split `close` only (and in pre-training): tasks for training and for
 * `heldout` have none of them. Each class of families has one of its own, few enough to leave tasks of four
 * constraints within a class.
 */
export const reservedPairs: readonly (readonly [FamilyName, FamilyName])[] = [
  ["keyword", "noComma"],
  ["sentences", "endPhrase"],
  ["bullets", "forbidden"],
  ["title", "postscript"],
  ["highlights", "twoResponses"],
  ["sections", "title"],
  ["quotation", "placeholder"],
];

/** Whether a set of families has a reserved pair in it. */
export const hasReservedPair = (names: readonly FamilyName[]): boolean =>
  reservedPairs.some(([first, second]) => names.includes(first) && names.includes(second));
