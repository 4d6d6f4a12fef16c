import { expect, test } from "vitest";
import * as lexicon from "./lexicon";

const keywords = [
  lexicon.animals,
  lexicon.places,
  lexicon.adjectives,
  lexicon.objects,
  lexicon.stuff,
].flatMap(lexicon.allWords);
const words = [...keywords, ...lexicon.verbs, ...lexicon.feelings];

/** All that an answer can say besides the lexicon's words. */
const rest =
  "the to with and more it slept by the sang looked for dreamed of was all day hid near p.s. part 1 2 story name " +
  [...lexicon.times, ...lexicon.allWords(lexicon.endPhrases)].join(" ").toLowerCase();

test("no word occurs twice, or inside another", () => {
  for (const word of words) expect(words.filter((other) => other.includes(word))).toEqual([word]);
});

test("no word that a constraint can name occurs in what answers say besides", () => {
  for (const word of keywords) expect(rest).not.toContain(word);
});

test("an article stands before each animal as `a`", () => {
  for (const word of lexicon.allWords(lexicon.animals)) expect(word).toMatch(/^[^aeiou]/);
});

test("words are plain: lower case, without digits or marks, of three letters or more", () => {
  for (const word of words) expect(word).toMatch(/^[a-z]{3,}$/);
});
