import { splitSentences } from "../../sentences";
import { foldCase } from "../../text/case_folding";
import { escapePattern, wordBoundary } from "../../text/python_text";
import { firstCharacter, splitSpace, trimStart, withoutPunctuation } from "../../text/python_words";
import { count, defineVerifier, phrase } from "../verifier";
import { position } from "./kwargs";

/* IFBench's rules of sentences (Pyatkin et al., "Generalizing Verifiable Instruction Following", 2025, and its
   evaluation code at commit db69a6f). */

/** Each sentence has exactly so many words more than the one before, punctuation removed. */
const increment = defineVerifier({
  id: "sentence:increment",
  kwargs: { small_n: count },
  describe: ({ small_n }) =>
    `The response's sentences each have exactly ${small_n} words more than the one before.`,
  follows(response, { small_n }) {
    const lengths = splitSentences(response).map(
      (sentence) => splitSpace(withoutPunctuation(sentence)).length,
    );
    return lengths.every((length, index) => index === 0 || length === lengths[index - 1] + small_n);
  },
});

/** The number of words that have a neighbour with the same first character, in lower case and marks before it removed. */
function alliteratingWords(sentence: string): number {
  const letters = splitSpace(sentence.toLowerCase()).map(trimStart).filter(Boolean).map(firstCharacter);
  return letters.filter((letter, index) => letter === letters[index - 1] || letter === letters[index + 1])
    .length;
}

/** Each sentence has more words that alliterate with a neighbour than the one before. */
const alliterationIncrement = defineVerifier({
  id: "sentence:alliteration_increment",
  kwargs: {},
  describe: () => "The response's sentences each have more alliterating words in a row than the one before.",
  follows(response) {
    const counts = splitSentences(response).map(alliteratingWords);
    return counts.every((found, index) => index === 0 || found > counts[index - 1]);
  },
});

/** The N-th sentence contains the word between two word boundaries, in any case. */
const keywordInSentence = defineVerifier({
  id: "sentence:keyword",
  kwargs: { word: phrase, N: position },
  describe: ({ word, N }) => `The response contains "${word}" in sentence ${N}.`,
  follows(response, { word, N }) {
    const sentence = splitSentences(response).at(N - 1);
    if (sentence === undefined) return false;
    const pattern = new RegExp(wordBoundary + escapePattern(foldCase(word)) + wordBoundary, "u");
    return pattern.test(foldCase(sentence));
  },
});

export const sentenceVerifiers = [increment, alliterationIncrement, keywordInSentence];
