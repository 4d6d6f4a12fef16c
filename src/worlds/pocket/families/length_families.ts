import type { Family } from "./family";

/*
 * Families that ask for a length. They leave the plan alone: the renderer looks for the length at which every
 * verifier gives the verdict that is wanted (see `render.ts`).
 */

const sentences: Family<{ num_sentences: number; relation: string }> = {
  name: "sentences",
  verifier: "length_constraints:number_sentences",
  choices: () => [2, 3, 4].map((num_sentences) => ({ num_sentences, relation: "at least" })),
  tell: ({ relation, num_sentences }) => `Write ${relation} ${num_sentences} sentences.`,
  apply: () => {},
};

const words: Family<{ num_words: number; relation: string }> = {
  name: "words",
  verifier: "length_constraints:number_words",
  choices: () =>
    [22, 23, 24, 25, 26].flatMap((num_words) =>
      ["less than", "at least"].map((relation) => ({ num_words, relation })),
    ),
  tell: ({ relation, num_words }) => `Use ${relation} ${num_words} words.`,
  apply: () => {},
};

export const lengthFamilies: readonly Family[] = [sentences, words];
