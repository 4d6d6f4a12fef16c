import { splitSentences } from "../../sentences";
import { strip } from "../../text/python_text";
import {
  firstCharacter,
  punctuation,
  splitSpace,
  trimEnd,
  trimPunctuation,
  trimStart,
  withoutPunctuation,
} from "../../text/python_words";
import { wordTokenize } from "../../text/word_tokenize";
import { defineVerifier } from "../verifier";
import { keyword, position } from "./kwargs";

/* IFBench's rules about which word stands where (Pyatkin et al., "Generalizing Verifiable Instruction Following",
   2025, and its evaluation code at commit db69a6f). */

/** The words' first letters, punctuation removed, follow each other in the alphabet, a after z; the first is any. */
const alphabet = defineVerifier({
  id: "words:alphabet",
  kwargs: {},
  describe: () => "The response's words start with consecutive letters of the alphabet, with a after z.",
  follows(response) {
    const letters = splitSpace(withoutPunctuation(response)).map((word, index) =>
      // As published: the first word's first letter in lower case, then the first letter of the lower-case word.
      index === 0 ? firstCharacter(word).toLowerCase() : firstCharacter(word.toLowerCase()),
    );
    if (letters.length === 0 || !/^[a-z]$/.test(letters[0])) return false;
    const start = letters[0].charCodeAt(0) - 97;
    return letters.every((letter, index) => letter === String.fromCharCode(97 + ((start + index) % 26)));
  },
});

/** Neighbouring words, in lower case and punctuation removed, begin with different characters. */
const noConsecutive = defineVerifier({
  id: "words:no_consecutive",
  kwargs: {},
  describe: () => "The response has no two words in a row that start with the same letter.",
  follows(response) {
    const letters = splitSpace(withoutPunctuation(response.toLowerCase())).map(firstCharacter);
    return letters.every((letter, index) => index === 0 || letter !== letters[index - 1]);
  },
});

/** The last word of each sentence, marks after it removed, is the first of the next, marks before it removed. */
const lastFirst = defineVerifier({
  id: "words:last_first",
  kwargs: {},
  describe: () => "The response repeats the last word of each sentence as the first of the next.",
  follows(response) {
    const sentences = splitSentences(response);
    return sentences.slice(1).every((sentence, index) => {
      const last = splitSpace(trimEnd(sentences[index])).at(-1);
      const first = splitSpace(trimStart(sentence))[0] as string | undefined;
      return last !== undefined && first !== undefined && last.toLowerCase() === first.toLowerCase();
    });
  },
});

/** Every line with a word ends, marks around it removed, with the word that it begins with, in any case. */
const paragraphLastFirst = defineVerifier({
  id: "words:paragraph_last_first",
  kwargs: {},
  describe: () => "The response's paragraphs each end with the word that they start with.",
  follows: (response) =>
    response.split("\n").every((line) => {
      const words = splitSpace(trimPunctuation(strip(line).toLowerCase()));
      return words.length === 0 || words[0] === words.at(-1);
    }),
});

/** The m-th of the n-th sentence's tokens that have a letter or digit is the keyword, in any case. */
const keywordsSpecificPosition = defineVerifier({
  id: "words:keywords_specific_position",
  kwargs: { keyword, n: position, m: position },
  describe: ({ keyword, n, m }) => `The response has "${keyword}" as word ${m} of sentence ${n}.`,
  follows(response, { keyword, n, m }) {
    const sentence = splitSentences(response).at(n - 1);
    if (sentence === undefined) return false;
    const words = wordTokenize(sentence).filter((token) => /[\p{L}\p{N}]/u.test(token));
    return words[m - 1]?.toLowerCase() === keyword.toLowerCase();
  },
});

/** The second token and the one before the last are the keyword; a single mark at the end is not counted. */
const wordsPosition = defineVerifier({
  id: "words:words_position",
  kwargs: { keyword },
  describe: ({ keyword }) => `The response has "${keyword}" as its second word and as its last but one.`,
  follows(response, { keyword }) {
    const tokens = wordTokenize(response);
    const fromEnd = punctuation.includes(tokens.at(-1)!) ? 3 : 2;
    return (
      tokens.length >= fromEnd &&
      [tokens[1], tokens.at(-fromEnd)!].every((token) => token.toLowerCase() === keyword.toLowerCase())
    );
  },
});

export const wordOrderVerifiers = [
  alphabet,
  noConsecutive,
  lastFirst,
  paragraphLastFirst,
  keywordsSpecificPosition,
  wordsPosition,
];
