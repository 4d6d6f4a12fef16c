import * as z from "../../zod";
import { foldCase } from "../text/case_folding";
import { escapePattern, strip, wordBoundary } from "../text/python_text";
import { count, defineVerifier, holds, phrase, relation } from "./verifier";

/*
 * IFEval's keyword rules (Zhou et al., "Instruction-Following Evaluation for Large Language Models", 2023, and its
 * evaluation code). That code reads keywords as regular expressions; here they are plain text, which no keyword of
 * the published prompts can tell apart.
 */

const quoted = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(", ");

function occurrences(text: string, keyword: string): number {
  const folded = foldCase(text);
  const needle = foldCase(keyword);
  let found = 0;
  for (let at = folded.indexOf(needle); at >= 0; at = folded.indexOf(needle, at + needle.length)) found++;
  return found;
}

/** Every keyword occurs, in any case, anywhere: also inside a longer word. */
const existence = defineVerifier({
  id: "keywords:existence",
  kwargs: { keywords: z.array(phrase).check(z.minLength(1)) },
  describe: ({ keywords }) => `The response contains ${quoted(keywords)}.`,
  follows(response, { keywords }) {
    const folded = foldCase(response);
    return keywords.every((keyword) => folded.includes(foldCase(keyword)));
  },
});

/** No forbidden word occurs, in any case, between two word boundaries. */
const forbiddenWords = defineVerifier({
  id: "keywords:forbidden_words",
  kwargs: { forbidden_words: z.array(phrase).check(z.minLength(1)) },
  describe: ({ forbidden_words }) => `The response does not contain the word ${quoted(forbidden_words)}.`,
  follows(response, { forbidden_words }) {
    const folded = foldCase(response);
    return forbidden_words.map(foldCase).every(
      // A plain search goes first: it is far quicker, and most texts do not hold the word at all.
      (word) =>
        !folded.includes(word) ||
        !new RegExp(wordBoundary + escapePattern(word) + wordBoundary, "u").test(folded),
    );
  },
});

/** The keyword's occurrences, in any case, without overlap and also inside longer words, number enough or few enough. */
const frequency = defineVerifier({
  id: "keywords:frequency",
  kwargs: { keyword: phrase, frequency: count, relation },
  describe: (kwargs) =>
    `The response contains "${kwargs.keyword}" ${kwargs.relation} ${kwargs.frequency} times.`,
  follows: (response, kwargs) =>
    holds(occurrences(response, strip(kwargs.keyword)), kwargs.relation, kwargs.frequency),
});

/**
 * The letter, in any case, occurs often or seldom enough. The published code draws a random letter when the parameter
 * is none of a to z (two prompts, "#" and "!"): such a verdict means nothing, so here the parameter is invalid.
 */
const letterFrequency = defineVerifier({
  id: "keywords:letter_frequency",
  kwargs: {
    letter: z.string().check(z.regex(/^[A-Za-z]$/, "must be one letter of a to z")),
    let_frequency: count,
    let_relation: relation,
  },
  describe: (kwargs) =>
    `The letter "${kwargs.letter}" occurs ${kwargs.let_relation} ${kwargs.let_frequency} times in the response.`,
  follows: (response, { letter, let_relation, let_frequency }) =>
    holds(response.toLowerCase().split(letter.toLowerCase()).length - 1, let_relation, let_frequency),
});

export const keywordVerifiers = [existence, forbiddenWords, frequency, letterFrequency];
