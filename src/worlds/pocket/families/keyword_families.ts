import { adjectives, objects, stuff } from "../lexicon";
import type { Family } from "./family";

/* Families that decide which word stands in a slot of the first sentence. */

const keyword: Family<{ keywords: [string] }> = {
  name: "keyword",
  verifier: "keywords:existence",
  choices: (wordsOf) => wordsOf(objects).map((word) => ({ keywords: [word] })),
  words: ({ keywords }) => keywords,
  tell: ({ keywords }) => `Use the word ${keywords[0]}.`,
  apply(plan, followed, { keywords }) {
    if (followed) plan.object = keywords[0];
  },
};

const forbidden: Family<{ forbidden_words: [string] }> = {
  name: "forbidden",
  verifier: "keywords:forbidden_words",
  choices: (wordsOf) => wordsOf(adjectives).map((word) => ({ forbidden_words: [word] })),
  words: ({ forbidden_words }) => forbidden_words,
  tell: ({ forbidden_words }) => `Do not use the word ${forbidden_words[0]}.`,
  apply(plan, followed, { forbidden_words }) {
    if (!followed) plan.adjective = forbidden_words[0];
  },
};

const frequency: Family<{ keyword: string; frequency: number; relation: string }> = {
  name: "frequency",
  verifier: "keywords:frequency",
  choices: (wordsOf) => wordsOf(stuff).map((keyword) => ({ keyword, frequency: 2, relation: "at least" })),
  words: ({ keyword }) => [keyword],
  tell: ({ keyword }) => `Use the word ${keyword} at least twice.`,
  apply(plan, followed, { keyword }, content) {
    plan.repeatsStuff = followed;
    if (followed || content.mentionsKeyword) plan.stuff = keyword;
  },
};

export const keywordFamilies: readonly Family[] = [keyword, forbidden, frequency];
