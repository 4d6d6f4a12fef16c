import { describe, expect, test } from "vitest";
import { englishRegistry } from "./registry";
import type { Kwargs } from "./verifier";

/** Parameters that each verifier accepts. */
const example: Record<string, Kwargs> = {
  "keywords:existence": { keywords: ["key", "(a+)+$"] },
  "keywords:forbidden_words": { forbidden_words: ["red", "\ud800"] },
  "keywords:frequency": { keyword: "aa", frequency: 2, relation: "at least" },
  "keywords:letter_frequency": { letter: "a", let_frequency: 3, let_relation: "less than" },
  "length_constraints:number_sentences": { num_sentences: 3, relation: "at least" },
  "length_constraints:number_words": { num_words: 20, relation: "less than" },
  "length_constraints:number_paragraphs": { num_paragraphs: 2 },
  "length_constraints:nth_paragraph_first_word": { num_paragraphs: 2, nth_paragraph: 1, first_word: "a" },
  "detectable_content:number_placeholders": { num_placeholders: 1 },
  "detectable_content:postscript": { postscript_marker: "P.P.S" },
  "detectable_format:number_bullet_lists": { num_bullets: 2 },
  "detectable_format:title": {},
  "detectable_format:number_highlighted_sections": { num_highlights: 1 },
  "detectable_format:multiple_sections": { section_spliter: "Part", num_sections: 2 },
  "detectable_format:constrained_response": {},
  "detectable_format:json_format": {},
  "combination:repeat_prompt": { prompt_to_repeat: "Say it." },
  "combination:two_responses": {},
  "startend:end_checker": { end_phrase: "done." },
  "startend:quotation": {},
  "change_case:english_lowercase": {},
  "change_case:english_capital": {},
  "punctuation:no_comma": {},
};

const verifiers = [...englishRegistry.values()];

test("every verifier has an example here, and describes it in one sentence", () => {
  expect(Object.keys(example).sort()).toEqual([...englishRegistry.keys()].sort());
  for (const verifier of verifiers) {
    expect(verifier.validateKwargs(example[verifier.id]), verifier.id).toBeNull();
    expect(verifier.describe(example[verifier.id])).toMatch(/^The .{15,}/);
  }
});

describe.each(verifiers)("$id", (verifier) => {
  test("fails a blank response, as strict grading does", () => {
    for (const blank of ["", " \n\t", "\x1c\u2003\x85"])
      expect(verifier.check(blank, example[verifier.id])).toBe(false);
  });

  test("names the field of a parameter that does not fit", () => {
    const [field] = Object.keys(example[verifier.id]);
    if (field !== undefined) {
      expect(verifier.validateKwargs({ ...example[verifier.id], [field]: { odd: true } })).toContain(field);
    }
    expect(verifier.validateKwargs({ ...example[verifier.id], surplus: 1 })).toContain("surplus");
  });
});
