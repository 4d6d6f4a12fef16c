import { countMatches, wordClass } from "../../text/python_text";
import { splitSpace, trimPunctuation, withoutPunctuation } from "../../text/python_words";
import { wordTokenize } from "../../text/word_tokenize";
import { count, defineVerifier } from "../verifier";
import { keyword, position } from "./kwargs";

/* IFBench's rules of counting (Pyatkin et al., "Generalizing Verifiable Instruction Following", 2025, and its
   evaluation code at commit db69a6f). */

const words = new RegExp(`[${wordClass}]+`, "gu");

/** Runs of word characters number between the two bounds, both included. */
const wordCountRange = defineVerifier({
  id: "count:word_count_range",
  kwargs: { min_words: count, max_words: count },
  describe: ({ min_words, max_words }) => `The response has between ${min_words} and ${max_words} words.`,
  follows(response, { min_words, max_words }) {
    const found = countMatches(response, words);
    return min_words <= found && found <= max_words;
  },
});

/** At least so many different words between white space, in lower case and without marks around them ("" is one). */
const uniqueWordCount = defineVerifier({
  id: "count:unique_word_count",
  kwargs: { N: count },
  describe: ({ N }) => `The response uses at least ${N} different words.`,
  follows: (response, { N }) => new Set(splitSpace(response.toLowerCase()).map(trimPunctuation)).size >= N,
});

const coordinating = new Set(["and", "but", "for", "nor", "or", "so", "yet"]);

/** At least so many different spellings, marks included, of the seven conjunctions: "and", "And" and "and," are three. */
const conjunctions = defineVerifier({
  id: "count:conjunctions",
  kwargs: { small_n: count },
  describe: ({ small_n }) => `The response uses at least ${small_n} different coordinating conjunctions.`,
  follows(response, { small_n }) {
    const found = splitSpace(response).filter((word) =>
      coordinating.has(trimPunctuation(word).toLowerCase()),
    );
    return new Set(found).size >= small_n;
  },
});

const names =
  "Emma, Liam, Sophia, Jackson, Olivia, Noah, Ava, Lucas, Isabella, Mason, Mia, Ethan, Charlotte, Alexander, Amelia, " +
  "Benjamin, Harper, Leo, Zoe, Daniel, Chloe, Samuel, Lily, Matthew, Grace, Owen, Abigail, Gabriel, Ella, Jacob, " +
  "Scarlett, Nathan, Victoria, Elijah, Layla, Nicholas, Audrey, David, Hannah, Christopher, Penelope, Thomas, Nora, " +
  "Andrew, Aria, Joseph, Claire, Ryan, Stella, Jonathan";
const namePattern = new RegExp(
  `(?<![${wordClass}])(?:${names.replaceAll(", ", "|")})(?![${wordClass}])`,
  "gu",
);

/** At least so many different names of a fixed list of fifty, between word boundaries and in this case. */
const personNames = defineVerifier({
  id: "count:person_names",
  kwargs: { N: count },
  describe: ({ N }) => `The response mentions at least ${N} different names from this list: ${names}.`,
  follows: (response, { N }) => new Set(response.match(namePattern)).size >= N,
});

/** Exactly so many runs of digits once the punctuation is gone: "3.5" and "1,000" are one each. */
const numbers = defineVerifier({
  id: "count:numbers",
  kwargs: { N: count },
  describe: ({ N }) => `The response contains exactly ${N} numbers.`,
  follows: (response, { N }) => countMatches(withoutPunctuation(response), /\p{Nd}+/gu) === N,
});

const pronounList = new Set(
  (
    "i me we us you he him she her it they them my mine our ours your yours his hers its their theirs myself ourselves " +
    "yourself yourselves himself herself itself themselves this that these those who whom whose which what whoever " +
    "whomever whatever whichever anybody anyone anything everybody everyone everything nobody nothing somebody someone " +
    "something each either neither both all some any none"
  ).split(" "),
);

/** At least so many of NLTK's tokens, in lower case and with slashes as spaces, are on a fixed list of pronouns. */
const pronouns = defineVerifier({
  id: "count:pronouns",
  kwargs: { N: count },
  describe: ({ N }) => `The response contains at least ${N} pronouns.`,
  follows: (response, { N }) =>
    wordTokenize(response.replaceAll("/", " ").toLowerCase()).filter((token) => pronounList.has(token))
      .length >= N,
});

/** An interrobang occurs, and besides the first `?!` (or, without one, `!?`) each of `. , ! ? ; :`. */
const punctuationMarks = defineVerifier({
  id: "count:punctuation",
  kwargs: {},
  describe: () => "The response uses each of . , ! ? ; : and an interrobang (?!) at least once.",
  follows(response) {
    if (!["?!", "!?", "‽"].some((mark) => response.includes(mark))) return false;
    const rest = response.replace(response.includes("?!") ? "?!" : "!?", "");
    return [...".,!?;:"].every((mark) => rest.includes(mark));
  },
});

/** Whether Python's `str.isdigit` holds; of digits that are no decimals it knows the raised and circled ones. */
const isDigits = (word: string): boolean => /^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐]+$/u.test(word);

/** Every N-th word between white space, unless it is a number or marks only, has a Japanese character. */
const wordsJapanese = defineVerifier({
  id: "count:words_japanese",
  kwargs: { N: position },
  describe: ({ N }) => `The response has a Japanese word in every place whose number ${N} divides.`,
  follows: (response, { N }) =>
    splitSpace(response).every((raw, index) => {
      if ((index + 1) % N !== 0) return true;
      const word = trimPunctuation(raw);
      return word === "" || isDigits(word) || /[\u3040-\u30ff\u4e00-\u9fff]/.test(word);
    }),
});

const times = [1, 2, 3, 5, 7] as const;

/** The five keywords occur exactly 1, 2, 3, 5 and 7 times, in any case and also inside longer words. */
const keywordsMultiple = defineVerifier({
  id: "count:keywords_multiple",
  kwargs: { keyword1: keyword, keyword2: keyword, keyword3: keyword, keyword4: keyword, keyword5: keyword },
  describe: (kwargs) =>
    `The response contains ${keywordsOf(kwargs)
      .map((word, index) => `"${word}" exactly ${times[index]} times`)
      .join(", ")}.`,
  follows(response, kwargs) {
    const text = response.toLowerCase();
    return keywordsOf(kwargs).every(
      (word, index) => text.split(word.toLowerCase()).length - 1 === times[index],
    );
  },
});

const keywordsOf = (kwargs: Record<`keyword${1 | 2 | 3 | 4 | 5}`, string>): string[] => [
  kwargs.keyword1,
  kwargs.keyword2,
  kwargs.keyword3,
  kwargs.keyword4,
  kwargs.keyword5,
];

export const countVerifiers = [
  wordCountRange,
  uniqueWordCount,
  conjunctions,
  personNames,
  numbers,
  pronouns,
  punctuationMarks,
  wordsJapanese,
  keywordsMultiple,
];
