import { strip } from "../../text/python_text";
import { beginsWithVerb } from "../../text/first_verb";
import { codePoints, splitSpace, withoutPunctuation } from "../../text/python_words";
import { countSyllables } from "../../text/syllables";
import { count, defineVerifier } from "../verifier";

/* IFBench's rules about what words look like (Pyatkin et al., "Generalizing Verifiable Instruction Following", 2025,
   and its evaluation code at commit db69a6f). Words stand between white space. */

const plainWords = (text: string): string[] => splitSpace(withoutPunctuation(text));

/** One line, in which at most three of the letters a, e, i, o, u occur in either case. */
const vowel = defineVerifier({
  id: "words:vowel",
  kwargs: {},
  describe: () => "The response is one paragraph that uses at most three different vowels.",
  follows(response) {
    const text = strip(response).toLowerCase();
    return !text.includes("\n") && [..."aeiou"].filter((letter) => text.includes(letter)).length <= 3;
  },
});

/** Every word has two neighbouring letters of b to z that are no vowels; y is none. */
const consonants = defineVerifier({
  id: "words:consonants",
  kwargs: {},
  describe: () => "The response has two consonants in a row in every word.",
  follows: (response) =>
    splitSpace(response.toLowerCase()).every((word) => /[b-df-hj-np-tv-z]{2}/.test(word)),
});

/** At least ten words of five or more characters, punctuation removed, read the same backwards in lower case. */
const palindrome = defineVerifier({
  id: "words:palindrome",
  kwargs: {},
  describe: () => "The response contains at least ten palindromes of five or more letters.",
  follows: (response) =>
    plainWords(response)
      .map((word) => word.toLowerCase())
      .filter(isPalindrome).length >= 10,
});

function isPalindrome(word: string): boolean {
  const letters = [...word];
  return (
    letters.length >= 5 && letters.every((letter, index) => letter === letters[letters.length - 1 - index])
  );
}

const primes = new Set([
  2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
]);

/** Every word's length, punctuation removed, is a prime number below 100. */
const primeLengths = defineVerifier({
  id: "words:prime_lengths",
  kwargs: {},
  describe: () => "The response uses only words whose length is a prime number.",
  follows: (response) => plainWords(response).every((word) => primes.has(codePoints(word))),
});

/** No word, in lower case and punctuation removed, occurs more often than this. */
const repeats = defineVerifier({
  id: "words:repeats",
  kwargs: { small_n: count },
  describe: ({ small_n }) => `The response uses no word more than ${small_n} times.`,
  follows(response, { small_n }) {
    const seen = new Map<string, number>();
    for (const word of plainWords(response.toLowerCase())) seen.set(word, (seen.get(word) ?? 0) + 1);
    return [...seen.values()].every((times) => times <= small_n);
  },
});

/** The first token is a verb; see `text/first_verb.ts`. */
const startVerb = defineVerifier({
  id: "words:start_verb",
  kwargs: {},
  describe: () => "The response starts with a verb.",
  follows: beginsWithVerb,
});

/** Of neighbouring words, punctuation removed, one has an odd and one an even number of syllables. */
const oddEvenSyllables = defineVerifier({
  id: "words:odd_even_syllables",
  kwargs: {},
  describe: () => "The response alternates between words with odd and even numbers of syllables.",
  follows(response) {
    const parity = plainWords(response.toLowerCase()).map((word) => countSyllables(word) % 2);
    return parity.every((odd, index) => index === 0 || odd !== parity[index - 1]);
  },
});

export const wordFormVerifiers = [
  vowel,
  consonants,
  palindrome,
  primeLengths,
  repeats,
  startVerb,
  oddEvenSyllables,
];
