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

/** Which words of a class there are to choose from: usual ones, reserved ones or all, as the split wants. */
export type WordChoice = (words: WordClass) => readonly string[];

/**
 * A kind of constraint: one IFEval rule, its wording, and how following or breaking it changes a text. `Parameters`
 * are the rule's own; the registry of families forgets which they are.
 */
export interface Family<Parameters extends Kwargs = Kwargs> {
  readonly name: FamilyName;
  /** The rule's id in the verifier registry. */
  readonly verifier: string;
  /** All parameters that a task can have; whatever `tell` says, it says of these. */
  choices(wordsOf: WordChoice): readonly Parameters[];
  /** The words that the constraint itself decides about, and a content must leave alone. */
  words?(kwargs: Parameters): readonly string[];
  /** What the policy is told: about ten tokens of the pocket vocabulary. */
  tell(kwargs: Parameters): string;
  /** Changes the plan so that the text follows the rule, or breaks it. */
  apply(plan: Plan, followed: boolean, kwargs: Parameters, content: Content): void;
}
