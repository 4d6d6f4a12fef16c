import { splitSentences } from "../../sentences";
import { spaceClass, strip, wordClass } from "../../text/python_text";
import {
  codePoints,
  firstCharacter,
  splitSpace,
  trimPunctuation,
  withoutPunctuation,
} from "../../text/python_words";
import { defineVerifier } from "../verifier";

/* IFBench's single tasks but for those with CSV (Pyatkin et al., "Generalizing Verifiable Instruction Following", 2025,
   and its evaluation code at commit db69a6f). */

/** The runs of digits are 14, 21, 28, 35, 42 and 49. */
const multiples = defineVerifier({
  id: "custom:multiples",
  kwargs: {},
  describe: () => "The response counts from 10 to 50 and prints the multiples of 7 only.",
  follows: (response) => (response.match(/\p{Nd}+/gu) ?? []).join() === "14,21,28,35,42,49",
});

const option = new RegExp(`^[A-Ea-e][.|)][${spaceClass}]*[${wordClass}]`, "u");

/** The length of a question's text: its lines up to the first option, joined by spaces. */
function questionLength(lines: readonly string[]): number {
  const firstOption = lines.findIndex((line) => option.test(line));
  return codePoints(strip(lines.slice(0, firstOption).join(" ")));
}

/**
 * The response begins with "Question"; cut at "Question" with a number, it has four pieces of exactly five lines that
 * are options a to e each, and the text before the options grows from question to question.
 */
const mcqCountLength = defineVerifier({
  id: "custom:mcq_count_length",
  kwargs: {},
  describe: () =>
    "The response is four multiple-choice questions on 20th century art history with five options each, each longer " +
    "than the one before.",
  follows(response) {
    if (!response.startsWith("Question")) return false;
    const questions = response
      .split(/Question \p{Nd}+[.|):;]?/u)
      .map(strip)
      .filter(Boolean)
      .map((question) => question.split("\n").map(strip));
    const lengths = questions.map(questionLength);
    return (
      questions.length === 4 &&
      questions.every((lines) => lines.filter((line) => option.test(line)).length === 5) &&
      lengths.every((length, index) => index === 0 || length > lengths[index - 1])
    );
  },
});

/** The text without accents, and without every character that is not ASCII then. */
const toAscii = (text: string): string => text.normalize("NFKD").replace(/[^\0-\x7f]/g, "");

/** From the first line with "Zimbabwe" on, there are at least 52 lines with text, in reverse order. */
const reverseNewline = defineVerifier({
  id: "custom:reverse_newline",
  kwargs: {},
  describe: () => "The response lists the countries of Africa in reverse alphabetical order, one a line.",
  follows(response) {
    const lines = response.split("\n").map(trimPunctuation).filter(Boolean);
    const start = lines.findIndex((line) => line.includes("Zimbabwe"));
    const countries = lines.slice(start).map(toAscii);
    return (
      start >= 0 &&
      countries.length >= 52 &&
      countries.every((country, index) => index === 0 || country <= countries[index - 1])
    );
  },
});

/**
 * The words in reverse order, in lower case and without punctuation, contain "bald eagle". That they are one sentence
 * always holds, since no mark is left.
 */
const wordReverse = defineVerifier({
  id: "custom:word_reverse",
  kwargs: {},
  describe: () =>
    "The response names the national animal of the US in a sentence with its words in reverse order.",
  follows: (response) =>
    splitSpace(withoutPunctuation(response.toLowerCase())).reverse().join(" ").includes("bald eagle"),
});

/** "Bald eagle" occurs spelt backwards, in any case. */
const characterReverse = defineVerifier({
  id: "custom:character_reverse",
  kwargs: {},
  describe: () => "The response names the national animal of the US in a sentence that is spelt backwards.",
  follows: (response) => response.toLowerCase().includes("elgae dlab"),
});

/** 26 sentences, whose first characters are a to z in this order, in any case. */
const sentenceAlphabet = defineVerifier({
  id: "custom:sentence_alphabet",
  kwargs: {},
  describe: () =>
    "The response is a story of 26 sentences that start with the letters of the alphabet in order.",
  follows(response) {
    const letters = splitSentences(response).map((sentence) =>
      firstCharacter(strip(sentence).toLowerCase() || " "),
    );
    return letters.join("") === "abcdefghijklmnopqrstuvwxyz";
  },
});

const capitals =
  "Reykjavik,Helsinki,Oslo,Tallinn,Stockholm,Riga,Moscow,Copenhagen,Vilnius,Minsk,Dublin,Berlin,Amsterdam,Warsaw," +
  "London,Brussels,Prague,Luxembourg,Paris,Vienna,Bratislava,Budapest,Vaduz,Chisinau,Bern,Ljubljana,Zagreb";

/** A fixed list of 27 capitals in this order between commas, accents and empty pieces aside. */
const europeanCapitalsSort = defineVerifier({
  id: "custom:european_capitals_sort",
  kwargs: {},
  describe: () => "The response lists the European capitals north of 45 degrees from north to south.",
  follows: (response) => toAscii(response).split(",").map(strip).filter(Boolean).join() === capitals,
});

const longMonths = [1, 3, 5, 7, 8, 10, 12];

/** A date of Napoleon's lifetime; a month 0 and a day 0 pass, as published. Digits are ASCII here. */
function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = match.slice(1).map(Number);
  const longest = month === 0 ? 99 : month === 2 ? 29 : longMonths.includes(month) ? 31 : 30;
  return 1769 <= year && year <= 1821 && month <= 12 && day <= longest;
}

/** Nothing but dates as YYYY-MM-DD, from 1769 to 1821, between commas. */
const dateFormatList = defineVerifier({
  id: "custom:date_format_list",
  kwargs: {},
  describe: () => "The response lists the dates of Napoleon's battles as YYYY-MM-DD, separated by commas.",
  follows: (response) => response.split(",").map(strip).every(isDate),
});

export const listVerifiers = [
  multiples,
  mcqCountLength,
  reverseNewline,
  wordReverse,
  characterReverse,
  sentenceAlphabet,
  europeanCapitalsSort,
  dateFormatList,
];
