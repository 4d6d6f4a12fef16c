import fc from "fast-check";
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

/** Text that rules trip over: their own marks, odd white space and lone surrogates among ordinary text. */
const awkwardText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "*",
        "***",
        "******",
        "[",
        "]",
        "<<",
        ">>",
        "-",
        "P.S.",
        '"',
        "\\",
        "```json",
        "{",
        "NaN",
        ".",
      ),
      fc.constantFrom(
        "\n",
        "\n\n",
        "\r",
        "\u2028",
        "\x1c",
        "\ufeff",
        " ",
        "\ud800",
        "\udc00",
        "Part 1",
        "key",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

describe.each(verifiers)("$id", (verifier) => {
  test("decides any text", () => {
    fc.assert(
      fc.property(awkwardText, (text) => typeof verifier.check(text, example[verifier.id]) === "boolean"),
      { numRuns: 300, seed: 5 },
    );
  });

  test("fails a blank response, as strict grading does", () => {
    for (const blank of ["", " \n\t", "\x1c\u2003\x85"])
      expect(verifier.check(blank, example[verifier.id])).toBe(false);
  });

  test("takes linear time on a quarter of a megabyte of trouble", () => {
    const units = [
      "[",
      "<<",
      "<a>>",
      ">",
      "*",
      "* ",
      "**a",
      "\n",
      " \n",
      "-\n",
      "*\n",
      "p.",
      "P.S",
      "a.b",
      "...",
      "a. ",
    ];
    units.push(
      "Part ",
      "Part1",
      "1",
      "1a",
      "{[",
      '"',
      '"\\',
      "NaN",
      "```json",
      "******a",
      "\ud800",
      "İ",
      "ſ\u212a",
      "'",
    );
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(250_000 / unit.length));
      const start = performance.now();
      verifier.check(text, example[verifier.id]);
      verifier.check(`a${text}\n${text}b`, example[verifier.id]);
      expect(performance.now() - start, JSON.stringify(unit)).toBeLessThan(3000);
    }
  });

  test("names the field of a parameter that does not fit", () => {
    const [field] = Object.keys(example[verifier.id]);
    if (field !== undefined) {
      expect(verifier.validateKwargs({ ...example[verifier.id], [field]: { odd: true } })).toContain(field);
    }
    expect(verifier.validateKwargs({ ...example[verifier.id], surplus: 1 })).toContain("surplus");
  });
});
