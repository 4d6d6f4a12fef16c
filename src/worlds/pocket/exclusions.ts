import type { Kwargs } from "../../rubric/verifiers/verifier";
import type { FamilyName } from "./families/family";

/** A constraint of a pocket task: a family with its parameters. */
export interface PocketConstraint {
  readonly family: FamilyName;
  readonly kwargs: Kwargs;
}

/** Two families that cannot be asked for together, always or for some parameters. */
interface Exclusion {
  readonly between: readonly [FamilyName, FamilyName];
  readonly because: string;
  readonly when?: (first: Kwargs, second: Kwargs) => boolean;
}

const exclude = (first: FamilyName, others: readonly FamilyName[], because: string): Exclusion[] =>
  others.map((other) => ({ between: [first, other], because }));

/** A text in `parts` parts has as many sentences, so that it cannot stay below `num_sentences`. */
const fills = (sentences: Kwargs, parts: number): boolean => (sentences["num_sentences"] as number) <= parts;

/**
 * Combinations that no text can follow, that none can break one by one, or on which NLTK's count of sentences is a
 * matter of opinion ("P.S." is a sentence of its own). What is left is complete: for every allowed set of
 * constraints and every subset of it there is a text that follows exactly this subset (`render.test.ts`).
 */
const exclusions: readonly Exclusion[] = [
  ...exclude("capitals", ["lowercase"], "all letters are of one case only"),
  ...exclude("sections", ["lowercase", "capitals"], `"Part" has letters of both cases`),
  ...exclude(
    "sections",
    ["bullets", "paragraphs", "twoResponses", "json"],
    "the text is divided in one way only",
  ),
  ...exclude("bullets", ["paragraphs", "json", "quotation"], "a bullet begins its own line"),
  ...exclude("twoResponses", ["paragraphs", "json"], "asterisks already divide the text"),
  ...exclude("json", ["quotation", "endPhrase", "title", "postscript"], "JSON begins and ends with braces"),
  ...exclude("json", ["highlights"], "asterisks that divide the text would count as highlights"),
  ...exclude("sentences", ["postscript", "twoResponses", "words"], "both decide how long the text is"),
  ...exclude(
    "words",
    ["bullets", "sections", "twoResponses", "postscript", "frequency", "endPhrase", "title"],
    "both decide how long the text is",
  ),
  {
    between: ["sentences", "bullets"],
    because: "so many bullets are already so many sentences",
    when: (sentences, bullets) => fills(sentences, bullets["num_bullets"] as number),
  },
  {
    between: ["sentences", "sections"],
    because: "two sections are already two sentences",
    when: (sentences) => fills(sentences, 2),
  },
  {
    between: ["sentences", "paragraphs"],
    because: "two paragraphs are already two sentences",
    when: (sentences) => fills(sentences, 2),
  },
];

/** Why two constraints cannot be asked for together, or null when they can. */
export function clash(first: PocketConstraint, second: PocketConstraint): string | null {
  if (first.family === second.family) return "each family can be asked for once";
  for (const { between, because, when } of exclusions) {
    const [a, b] = first.family === between[0] ? [first, second] : [second, first];
    if (a.family === between[0] && b.family === between[1] && (when?.(a.kwargs, b.kwargs) ?? true))
      return because;
  }
  return null;
}
