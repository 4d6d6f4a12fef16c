import { endPhrases } from "../lexicon";
import type { Family } from "./family";

/* Families that add something to the text, or arrange it. */

const noComma: Family = {
  name: "noComma",
  verifier: "punctuation:no_comma",
  drawKwargs: () => ({}),
  tell: () => "Use no commas.",
  apply(plan, followed) {
    // A text that tells no time has no comma to leave out, and would follow the rule by accident.
    plan.tellsTime = true;
    plan.comma = !followed;
  },
};

const endPhrase: Family = {
  name: "endPhrase",
  verifier: "startend:end_checker",
  drawKwargs: (_stream, draw) => ({ end_phrase: draw(endPhrases) }),
  tell: (kwargs) => `End with "${kwargs["end_phrase"] as string}"`,
  apply(plan, followed, kwargs) {
    if (followed) plan.endPhrase = kwargs["end_phrase"] as string;
  },
};

const bullets: Family = {
  name: "bullets",
  verifier: "detectable_format:number_bullet_lists",
  drawKwargs: (stream) => ({ num_bullets: stream.pick([2, 3]) }),
  tell: (kwargs) => `Use ${kwargs["num_bullets"] as number} bullets.`,
  apply(plan, followed, kwargs) {
    if (followed) plan.arrangement = { bullets: kwargs["num_bullets"] as number };
  },
};

const quotation: Family = {
  name: "quotation",
  verifier: "startend:quotation",
  drawKwargs: () => ({}),
  tell: () => "Put it all in quotation marks.",
  apply(plan, followed) {
    if (followed) plan.envelope = "quotes";
  },
};

const title: Family = {
  name: "title",
  verifier: "detectable_format:title",
  drawKwargs: () => ({}),
  tell: () => "Add a title in << >>.",
  apply(plan, followed) {
    plan.title = followed;
  },
};

const postscript: Family = {
  name: "postscript",
  verifier: "detectable_content:postscript",
  drawKwargs: () => ({ postscript_marker: "P.S." }),
  tell: () => "Add a postscript with P.S.",
  apply(plan, followed) {
    plan.postscript = followed;
  },
};

const highlights: Family = {
  name: "highlights",
  verifier: "detectable_format:number_highlighted_sections",
  drawKwargs: (stream) => ({ num_highlights: stream.pick([1, 2]) }),
  tell: (kwargs) => (kwargs["num_highlights"] === 1 ? "Put a part in * *." : "Put 2 parts in * *."),
  apply(plan, followed, kwargs) {
    if (followed) plan.highlights = kwargs["num_highlights"] as number;
  },
};

const placeholder: Family = {
  name: "placeholder",
  verifier: "detectable_content:number_placeholders",
  drawKwargs: () => ({ num_placeholders: 1 }),
  tell: () => "Add a placeholder in [ ].",
  apply(plan, followed) {
    plan.placeholder = followed;
  },
};

const sections: Family = {
  name: "sections",
  verifier: "detectable_format:multiple_sections",
  drawKwargs: () => ({ section_spliter: "Part", num_sections: 2 }),
  tell: () => "Write Part 1 and Part 2.",
  apply(plan, followed) {
    if (followed) plan.arrangement = "sections";
  },
};

const twoResponses: Family = {
  name: "twoResponses",
  verifier: "combination:two_responses",
  drawKwargs: () => ({}),
  tell: () => "Give 2 answers with ****** between.",
  apply(plan, followed) {
    plan.secondAnswer = followed;
  },
};

const paragraphs: Family = {
  name: "paragraphs",
  verifier: "length_constraints:number_paragraphs",
  drawKwargs: () => ({ num_paragraphs: 2 }),
  tell: () => "Write 2 paragraphs with *** between.",
  apply(plan, followed) {
    if (followed) plan.arrangement = "paragraphs";
  },
};

const json: Family = {
  name: "json",
  verifier: "detectable_format:json_format",
  drawKwargs: () => ({}),
  tell: () => "Answer in JSON.",
  apply(plan, followed) {
    if (followed) plan.envelope = "json";
  },
};

export const formatFamilies = [
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
