import { endPhrases } from "../lexicon";
import type { Family } from "./family";

/* Families that add something to the text, or arrange it. */

const noComma: Family = {
  name: "noComma",
  verifier: "punctuation:no_comma",
  choices: () => [{}],
  tell: () => "Use no commas.",
  apply(plan, followed) {
    // A text that tells no time has no comma to leave out, and would follow the rule by accident.
    plan.tellsTime = true;
    plan.comma = !followed;
  },
};

const endPhrase: Family<{ end_phrase: string }> = {
  name: "endPhrase",
  verifier: "startend:end_checker",
  choices: (wordsOf) => wordsOf(endPhrases).map((end_phrase) => ({ end_phrase })),
  tell: ({ end_phrase }) => `End with "${end_phrase}"`,
  apply(plan, followed, { end_phrase }) {
    if (followed) plan.endPhrase = end_phrase;
  },
};

const bullets: Family<{ num_bullets: number }> = {
  name: "bullets",
  verifier: "detectable_format:number_bullet_lists",
  choices: () => [{ num_bullets: 2 }, { num_bullets: 3 }],
  tell: ({ num_bullets }) => `Use ${num_bullets} bullets.`,
  apply(plan, followed, { num_bullets }) {
    if (followed) plan.arrangement = { bullets: num_bullets };
  },
};

const quotation: Family = {
  name: "quotation",
  verifier: "startend:quotation",
  choices: () => [{}],
  tell: () => "Put it all in quotation marks.",
  apply(plan, followed) {
    if (followed) plan.envelope = "quotes";
  },
};

const title: Family = {
  name: "title",
  verifier: "detectable_format:title",
  choices: () => [{}],
  tell: () => "Add a title in << >>.",
  apply(plan, followed) {
    plan.title = followed;
  },
};

const postscript: Family = {
  name: "postscript",
  verifier: "detectable_content:postscript",
  choices: () => [{ postscript_marker: "P.S." }],
  tell: () => "Add a postscript with P.S.",
  apply(plan, followed) {
    plan.postscript = followed;
  },
};

const highlights: Family<{ num_highlights: number }> = {
  name: "highlights",
  verifier: "detectable_format:number_highlighted_sections",
  choices: () => [{ num_highlights: 1 }, { num_highlights: 2 }],
  tell: ({ num_highlights }) =>
    num_highlights === 1 ? "Put a part in * *." : `Put ${num_highlights} parts in * *.`,
  apply(plan, followed, { num_highlights }) {
    if (followed) plan.highlights = num_highlights;
  },
};

const placeholder: Family = {
  name: "placeholder",
  verifier: "detectable_content:number_placeholders",
  choices: () => [{ num_placeholders: 1 }],
  tell: () => "Add a placeholder in [ ].",
  apply(plan, followed) {
    plan.placeholder = followed;
  },
};

const sections: Family = {
  name: "sections",
  verifier: "detectable_format:multiple_sections",
  choices: () => [{ section_spliter: "Part", num_sections: 2 }],
  tell: () => "Write Part 1 and Part 2.",
  apply(plan, followed) {
    if (followed) plan.arrangement = "sections";
  },
};

const twoResponses: Family = {
  name: "twoResponses",
  verifier: "combination:two_responses",
  choices: () => [{}],
  tell: () => "Give 2 answers with ****** between.",
  apply(plan, followed) {
    plan.secondAnswer = followed;
  },
};

const paragraphs: Family = {
  name: "paragraphs",
  verifier: "length_constraints:number_paragraphs",
  choices: () => [{ num_paragraphs: 2 }],
  tell: () => "Write 2 paragraphs with *** between.",
  apply(plan, followed) {
    if (followed) plan.arrangement = "paragraphs";
  },
};

const json: Family = {
  name: "json",
  verifier: "detectable_format:json_format",
  choices: () => [{}],
  tell: () => "Answer in JSON.",
  apply(plan, followed) {
    if (followed) plan.envelope = "json";
  },
};

export const formatFamilies: readonly Family[] = [
  noComma,
  endPhrase,
  bullets,
  quotation,
  title,
  postscript,
  highlights,
  placeholder,
  sections,
  twoResponses,
  paragraphs,
  json,
];
