import { isLower, isUpper, spaceClass, strip, wordClass } from "../../text/python_text";
import { isEmoji } from "../../text/emoji";
import {
  firstCharacter,
  punctuation,
  splitSpace,
  trimPunctuation,
  withoutPunctuation,
} from "../../text/python_words";
import { splitSentences } from "../../sentences";
import { wordTokenize } from "../../text/word_tokenize";
import { defineVerifier, phrase } from "../verifier";

/* IFBench's rules about marks and spelling (Pyatkin et al., "Generalizing Verifiable Instruction Following", 2025, and
   its evaluation code at commit db69a6f). */

const letterOptions = new RegExp(`^[^${wordClass}]*[aA][^${wordClass}]*[bB][^${wordClass}]*[cC]`, "u");

/** The options between slashes, else between "or", else between commas. */
function optionsOf(text: string): string[] {
  const separator = ["/", "or"].find((candidate) => text.includes(candidate)) ?? ",";
  return text.split(separator).map(strip);
}

/**
 * The response is one of the options, in any case and whatever marks and spaces around it. Options that are letters,
 * such as "a), b), c)", must be given exactly.
 */
const options = defineVerifier({
  id: "format:options",
  kwargs: { options: phrase },
  describe: (kwargs) => `The response is one of these options and nothing else: ${kwargs.options}`,
  follows(response, kwargs) {
    const all = optionsOf(kwargs.options);
    if (letterOptions.test(kwargs.options)) return all.includes(response);
    const plain = (text: string): string => trimPunctuation(text).toLowerCase();
    return all.some((option) => plain(option) === plain(response));
  },
});

/** Of each sentence without punctuation one of the last two characters is an emoji, or the first of the next sentence. */
const emoji = defineVerifier({
  id: "format:emoji",
  kwargs: {},
  describe: () => "The response has an emoji at the end of every sentence.",
  follows(response) {
    const sentences = splitSentences(response).map((sentence) => [...strip(withoutPunctuation(sentence))]);
    return sentences.every((characters, index) => {
      if (characters.length === 0) return false;
      if (characters.slice(-2).some(isEmoji)) return true;
      const next = sentences[index + 1] as string[] | undefined;
      return next !== undefined && next.length > 0 && isEmoji(next[0]);
    });
  },
});

const closers: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/**
 * Somewhere a bracket closes after five are open at once. A bracket that closes none of its kind forgets all that are
 * open, and the depth with them.
 */
const parentheses = defineVerifier({
  id: "format:parentheses",
  kwargs: {},
  describe: () => "The response nests parentheses, brackets and braces at least five levels deep.",
  follows(response) {
    let expected: string[] = [];
    let deepest = 0;
    for (const [mark] of response.matchAll(/[()[\]{}]/g)) {
      if (mark in closers) {
        expected.push(closers[mark]);
        deepest = Math.max(deepest, expected.length);
      } else if (expected.at(-1) === mark) {
        expected.pop();
        if (deepest >= 5) return true;
      } else {
        expected = [];
        deepest = 0;
      }
    }
    return false;
  },
});

/** Straight quotes and apostrophes open and close in turn; at some close the depth is three below the deepest before. */
const quotes = defineVerifier({
  id: "format:quotes",
  kwargs: {},
  describe: () =>
    "The response nests quotes within quotes at least three levels deep, with \" and ' in turn.",
  follows(response) {
    const open: string[] = [];
    let deepest = 0;
    for (const [mark] of response.matchAll(/["']/g)) {
      if (open.at(-1) === mark) {
        open.pop();
        if (deepest - open.length >= 3) return true;
      } else {
        open.push(mark);
        deepest = Math.max(deepest, open.length);
      }
    }
    return false;
  },
});

const notQuoteEnd = new Set([...punctuation.replace('"', ""), ..."0123456789"]);

/**
 * Without white space and the sequence `'"'`, no two straight double quotes stand side by side, and the text, without
 * digits and other marks at its end, does not end in one. Curly quotes do not count.
 */
const quoteUnquote = defineVerifier({
  id: "format:quote_unquote",
  kwargs: {},
  describe: () => "The response follows every quoted phrase with an explanation that is not quoted.",
  follows(response) {
    const text = splitSpace(response.replaceAll("'\"'", "")).join("");
    let end = text.length;
    while (end > 0 && notQuoteEnd.has(text[end - 1])) end--;
    return !text.includes('""') && text[end - 1] !== '"';
  },
});

/** No token that starts with a letter is a single small letter, or a small letter and then letters of one case. */
const titleCase = defineVerifier({
  id: "format:title_case",
  kwargs: {},
  describe: () => "The response is in title case throughout.",
  follows: (response) =>
    wordTokenize(response).every((token) => {
      const first = firstCharacter(token);
      if (!/^\p{L}$/u.test(first) || !isLower(first)) return true;
      const rest = token.slice(first.length);
      return rest !== "" && !isLower(rest) && !isUpper(rest);
    }),
});

/** The three labels occur, as written here and in any order. */
const outputTemplate = defineVerifier({
  id: "format:output_template",
  kwargs: {},
  describe: () => "The response fills in My Answer:, My Conclusion: and Future Outlook:.",
  follows: (response) =>
    ["My Answer:", "My Conclusion:", "Future Outlook:"].every((label) => response.includes(label)),
});

const whiteSpace = new RegExp(`[${spaceClass}]`);

/** No white space at all, at the ends neither. */
const noWhitespace = defineVerifier({
  id: "format:no_whitespace",
  kwargs: {},
  describe: () => "The response contains no white space.",
  follows: (response) => !whiteSpace.test(response),
});

export const markVerifiers = [
  options,
  emoji,
  parentheses,
  quotes,
  quoteUnquote,
  titleCase,
  outputTemplate,
  noWhitespace,
];
