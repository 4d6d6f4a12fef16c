import { adjectives, objects, stuff } from "../lexicon";
import type { Family } from "./family";

/* Families that decide which word stands in a slot of the first sentence. */

const keyword: Family = {
  name: "keyword",
  verifier: "keywords:existence",
  drawKwargs: (_stream, draw) => ({ keywords: [draw(objects)] }),
  words: ({ keywords }) => keywords as string[],
  tell: ({ keywords }) => `Use the word ${(keywords as string[])[0]}.`,
  apply(plan, followed, { keywords }) {
    if (followed) plan.object = (keywords as string[])[0];
  },
};

const forbidden: Family = {
  name: "forbidden",
  verifier: "keywords:forbidden_words",
  drawKwargs: (_stream, draw) => ({ forbidden_words: [draw(adjectives)] }),
  words: ({ forbidden_words }) => forbidden_words as string[],
  tell: ({ forbidden_words }) => `Do not use the word ${(forbidden_words as string[])[0]}.`,
  apply(plan, followed, { forbidden_words }) {
    if (!followed) plan.adjective = (forbidden_words as string[])[0];
  },
};

const frequency: Family = {
  name: "frequency",
  verifier: "keywords:frequency",
  drawKwargs: (_stream, draw) => ({ keyword: draw(stuff), frequency: 2, relation: "at least" }),
  words: (kwargs) => [kwargs["keyword"] as string],
  tell: (kwargs) => `Use the word ${kwargs["keyword"] as string} at least twice.`,
  apply(plan, followed, kwargs, content) {
    plan.repeatsStuff = followed;
    if (followed || content.mentionsKeyword) plan.stuff = kwargs["keyword"] as string;
  },
};

export const keywordFamilies = [keyword, forbidden, frequency];
