import type { Family } from "./family";

/*
 * Families that ask for a length. They leave the plan alone: the renderer looks for the length at which every
 * verifier gives the verdict that is wanted (see `render.ts`).
 */

const sentences: Family = {
  name: "sentences",
  verifier: "length_constraints:number_sentences",
  drawKwargs: (stream) => ({ num_sentences: stream.pick([2, 3, 4]), relation: "at least" }),
  tell: (kwargs) => `Write at least ${kwargs["num_sentences"] as number} sentences.`,
  apply: () => {},
};

const words: Family = {
  name: "words",
  verifier: "length_constraints:number_words",
  drawKwargs: (stream) => ({
    num_words: stream.pick([22, 24, 26]),
    relation: stream.pick(["less than", "at least"]),
  }),
  tell: (kwargs) => `Use ${kwargs["relation"] as string} ${kwargs["num_words"] as number} words.`,
  apply: () => {},
};

export const lengthFamilies = [sentences, words];
