import * as z from "../../../zod";
import { count, defineVerifier, phrase } from "../verifier";
import { describeBounds, isBounded, parseBounds, within } from "./bounds";
import { countedElements } from "./elements";
import { family } from "./family";
import { numberSource, parseNumber } from "./numbers";
import { countKeyword, countWords, quotedIn } from "./text";
import { splitSpace } from "../../text/python_words";

/* MulDimIF's constraints on length (Ye et al., 2025, and its evaluation code). */

const bound = z.optional(count);
const wordUnit = "(?:words?|(?:个|個)?(?:单词|單詞|字|词|詞))";
const sentenceUnit = "(?:sentences?|(?:个|個)?句(?:子|话|話)?)";
const paragraphUnit = "(?:paragraphs?|(?:个|個)?段(?:落)?)";

const sentences = (text: string): number => text.match(/[.!?]/g)?.length ?? 0;

/** The number of words, of the whole response or of each element; bounds on sentences and keywords may come along. */
const lengthWords = family(
  defineVerifier({
    id: "muldimif:length_words",
    decidesBlank: true,
    kwargs: {
      min: bound,
      max: bound,
      /** What each of which is counted, for instance "cell"; the whole response where it is left out. */
      each: z.optional(z.string()),
      /** The bounds are on the characters of each word instead. */
      characters: z.optional(z.literal(true)),
      min_sentences: bound,
      max_sentences: bound,
      keywords: z.optional(z.array(phrase)),
    },
    describe: ({ each, characters, ...bounds }) =>
      characters
        ? `Each word has ${describeBounds(bounds, "characters")}.`
        : `${each === undefined ? "The response" : `Each ${each}`} has ${describeBounds(bounds, "words")}.`,
    follows(response, { each, characters, keywords = [], min_sentences, max_sentences, ...bounds }) {
      if (characters) return response.split(" ").every((word) => within([...word].length, bounds));
      if (each !== undefined) {
        const elements = countedElements(response, each);
        return elements.length > 0 && elements.every((element) => within(splitSpace(element).length, bounds));
      }
      return (
        within(countWords(response), bounds) &&
        keywords.every((keyword) => countKeyword(response, keyword) > 0) &&
        within(response.match(/[.!?]+/g)?.length ?? 0, { min: min_sentences, max: max_sentences })
      );
    },
  }),
  (constraint) => {
    const characters = new RegExp(
      `each (?:word|term).*(at most|at least) (${numberSource}) characters`,
      "i",
    ).exec(constraint);
    if (characters) {
      const end = characters[1].toLowerCase() === "at most" ? "max" : "min";
      return { characters: true, [end]: parseNumber(characters[2].toLowerCase()) };
    }
    const each = /\beach\b(?! word\b)/i.test(constraint) ? { each: targetOf(constraint) } : {};
    const words = parseBounds(constraint, wordUnit, true);
    const inside = parseBounds(constraint, sentenceUnit);
    const keywords = quotedIn(constraint);
    if (!isBounded(words) && !isBounded(inside)) return {};
    return {
      ...words,
      ...each,
      min_sentences: inside.min,
      max_sentences: inside.max,
      keywords: keywords.length > 0 && !("each" in each) ? keywords : undefined,
    };
  },
);

/** What follows "each", up to the verb or a detail. */
function targetOf(constraint: string): string {
  const match =
    /\beach\s+(?:entry in the\s+)?([^,.]+?)\s+(?:is|in the|column|must|consists? of|contains?|should|have|has|being)\b/i.exec(
      constraint,
    );
  return (match?.[1] ?? "").toLowerCase().replace(/["']/g, "");
}

/** The number of sentences: of full stops, exclamation and question marks. */
const lengthSentences = family(
  defineVerifier({
    id: "muldimif:length_sentences",
    decidesBlank: true,
    kwargs: { min: bound, max: bound },
    describe: (bounds) => `The response has ${describeBounds(bounds, "sentences")}.`,
    follows: (response, bounds) => within(sentences(response), bounds),
  }),
  (constraint) => ({ ...parseBounds(constraint, sentenceUnit) }),
);

/** The number of paragraphs: of pieces between blank lines. Without bounds the constraint fails. */
const lengthParagraphs = family(
  defineVerifier({
    id: "muldimif:length_paragraphs",
    decidesBlank: true,
    kwargs: { min: bound, max: bound },
    describe: (bounds) => `The response has ${describeBounds(bounds, "paragraphs")}.`,
    follows: (response, bounds) =>
      isBounded(bounds) &&
      within(response.split("\n\n").filter((piece) => splitSpace(piece).length > 0).length, bounds),
  }),
  (constraint) => ({ ...parseBounds(constraint, paragraphUnit) }),
);

export const lengthFamilies = { lengthWords, lengthSentences, lengthParagraphs };
