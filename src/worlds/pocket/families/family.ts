import type { RandomStream } from "../../../kernels/random/random";
import type { Kwargs } from "../../../rubric/verifiers/verifier";
import type { Content } from "../content";
import type { WordClass } from "../lexicon";
import type { Plan } from "../plan";

/** The nineteen kinds of constraint by their names in configurations. */
export type FamilyName =
  | "keyword"
  | "sentences"
  | "noComma"
  | "forbidden"
  | "endPhrase"
  | "bullets"
  | "lowercase"
  | "frequency"
  | "quotation"
  | "title"
  | "capitals"
  | "postscript"
  | "highlights"
  | "placeholder"
  | "sections"
  | "twoResponses"
  | "paragraphs"
  | "words"
  | "json";

/** Draws a word of a class: a usual one, a reserved one, or any, as the split wants. */
export type WordDraw = (words: WordClass) => string;

/** A kind of constraint: one IFEval rule, its wording, and how following or breaking it changes a text. */
export interface Family {
  readonly name: FamilyName;
  /** The rule's id in the verifier registry. */
  readonly verifier: string;
  /** Parameters for a new task. */
  drawKwargs(stream: RandomStream, draw: WordDraw): Kwargs;
  /** The words that the constraint itself decides about, and a content must leave alone. */
  words?(kwargs: Kwargs): readonly string[];
  /** What the policy is told; under twelve tokens of the pocket vocabulary. */
  tell(kwargs: Kwargs): string;
  /** Changes the plan so that the text follows the rule, or breaks it. */
  apply(plan: Plan, followed: boolean, kwargs: Kwargs, content: Content): void;
}
