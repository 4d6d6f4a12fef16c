import * as z from "../../zod";
import { countSentences } from "../sentences";
import { countMatches, isBlank, spaceClass, strip, wordClass } from "../text/python_text";
import { count, defineVerifier, holds, phrase, relation } from "./verifier";

/* IFEval's rules of length (Zhou et al., 2023, and its evaluation code). */

/** Sentences as `sentences.ts` counts them. */
const numberSentences = defineVerifier({
  id: "length_constraints:number_sentences",
  kwargs: { num_sentences: count, relation },
  describe: (kwargs) => `The response has ${kwargs.relation} ${kwargs.num_sentences} sentences.`,
  follows: (response, kwargs) => holds(countSentences(response), kwargs.relation, kwargs.num_sentences),
});

const words = new RegExp(`[${wordClass}]+`, "gu");

/** Runs of word characters: "don't" and "well-known" are two each. */
const numberWords = defineVerifier({
  id: "length_constraints:number_words",
  kwargs: { num_words: count, relation },
  describe: (kwargs) => `The response has ${kwargs.relation} ${kwargs.num_words} words.`,
  follows: (response, kwargs) => holds(countMatches(response, words), kwargs.relation, kwargs.num_words),
});

const divider = new RegExp(`[${spaceClass}]?\\*\\*\\*[${spaceClass}]?`);

/** Exactly so many pieces between `***`; a blank piece counts nowhere, and is allowed first and last only. */
const numberParagraphs = defineVerifier({
  id: "length_constraints:number_paragraphs",
  kwargs: { num_paragraphs: count },
  describe: (kwargs) => `The response has exactly ${kwargs.num_paragraphs} paragraphs, separated by ***.`,
  follows(response, { num_paragraphs }) {
    const blank = response.split(divider).map(isBlank);
    if (blank.slice(1, -1).includes(true)) return false;
    return blank.filter((isBlankPiece) => !isBlankPiece).length === num_paragraphs;
  },
});

/**
 * Exactly so many paragraphs between blank lines, of which the n-th begins with the given word. A paragraph's first
 * word is its text up to white space, without leading apostrophes and then quotation marks, cut at the first of
 * `. , ? ! ' "`. Blank pieces do not count as paragraphs but keep their place in the numbering.
 */
const nthParagraphFirstWord = defineVerifier({
  id: "length_constraints:nth_paragraph_first_word",
  kwargs: { num_paragraphs: count, nth_paragraph: count.check(z.minimum(1)), first_word: phrase },
  describe: (kwargs) =>
    `The response has exactly ${kwargs.num_paragraphs} paragraphs, separated by a blank line, ` +
    `and paragraph ${kwargs.nth_paragraph} begins with "${kwargs.first_word}".`,
  follows(response, { num_paragraphs, nth_paragraph, first_word }) {
    const pieces = response.split("\n\n").map(strip);
    const paragraphs = pieces.filter((piece) => piece !== "").length;
    if (paragraphs !== num_paragraphs || nth_paragraph > paragraphs) return false;
    const first = pieces[nth_paragraph - 1].split(new RegExp(`[${spaceClass}]`), 1)[0];
    const word = first.replace(/^'+/, "").replace(/^"+/, "");
    return first !== "" && word.split(/[.,?!'"]/, 1)[0].toLowerCase() === first_word.toLowerCase();
  },
});

export const lengthVerifiers = [numberSentences, numberWords, numberParagraphs, nthParagraphFirstWord];
