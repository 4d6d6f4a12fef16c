import type { Family } from "./family";

/* Families that decide about the letters of the whole text; an ordinary text, of both cases, breaks both. */

const lowercase: Family = {
  name: "lowercase",
  verifier: "change_case:english_lowercase",
  choices: () => [{}],
  tell: () => "Use lowercase letters only.",
  apply(plan, followed) {
    if (followed) plan.letters = "lower";
  },
};

const capitals: Family = {
  name: "capitals",
  verifier: "change_case:english_capital",
  choices: () => [{}],
  tell: () => "Use capital letters only.",
  apply(plan, followed) {
    if (followed) plan.letters = "upper";
  },
};

export const caseFamilies: readonly Family[] = [lowercase, capitals];
