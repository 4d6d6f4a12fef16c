import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadRegistry } from "./all";
import examples from "./fixtures/kwargs_examples.json";
import { parseConstraint } from "./muldimif/constraint";
import type { Kwargs } from "./verifier";

/** No text stops a verifier: whatever a model writes is decided, and in time that grows as its length does. */

const constraints: [string, string, string][] = [
  ["Content", "Keywords", "Must include 'C++' or the keyword '(a+)+$' at least twice"],
  ["Content", "Keywords", "Each entry must include the keyword 'key'"],
  ["Content", "Identifiers", "The answer must start with the identifier 'List of Models:'"],
  ["Content", "Identifiers", "Must provide sources that are cited"],
  ["Citations", "In-text", "It must include in-text citations"],
  ["Content", "Punctuation", "Each sentence must end with a period"],
  ["Content", "Punctuation", "Each cell in the table must not end with punctuation marks"],
  ["Content", "Punctuation", "Each bullet point ends with a period"],
  ["Length", "Words", "Between 50 and 100 words"],
  ["Length", "Words", "Each cell must contain at most 3 words"],
  ["Length", "Words", "Each word must be at most 8 characters long"],
  ["Length", "Sentences", "At least 3 sentences"],
  ["Length", "Paragraphs", "At most 3 paragraphs"],
  ["Format", "Json", "JSON must have a maximum of three nesting levels"],
  ["Format", "Markdown", "Must use exactly three heading levels, bold, bullet points and block quotes"],
  ["Format", "Markdown", "Must include a level 2 heading titled 'Overview'"],
  ["Format", "Table", "A table with no more than 3 rows and exactly 2 columns: 'Name', 'Age'"],
  ["Format", "XML", "Each XML element must have no more than three attributes"],
  ["References", "Format", "Must be in APA format"],
  ["Format", "Bullet Points", "No lists"],
  ["Language", "English", "The table headers must use capitalized letters for each word"],
  ["Language", "English", "All keys in the JSON object must be capitalized."],
  ["Language", "English", "All headings must be capitalized"],
  ["Language", "Chinese", "Must use Traditional Chinese characters"],
];

/** Parameters for every verifier: the published data's, awkward ones, and what constraints in words come to. */
const samples: { id: string; kwargs: Kwargs }[] = [
  ...Object.entries(examples).map(([id, kwargs]) => ({ id, kwargs: kwargs as Kwargs })),
  { id: "keywords:existence", kwargs: { keywords: ["key", "(a+)+$"] } },
  { id: "keywords:forbidden_words", kwargs: { forbidden_words: ["red", "\ud800"] } },
  { id: "keywords:frequency", kwargs: { keyword: "aa", frequency: 2, relation: "at least" } },
  ...constraints.map((constraint) => {
    const { verifier, kwargs } = parseConstraint(...constraint)!;
    return { id: verifier, kwargs };
  }),
];

const registry = await loadRegistry();

test("every verifier has parameters here, takes them and says what it asks for", () => {
  expect([...new Set(samples.map(({ id }) => id))].sort()).toEqual([...registry.keys()].sort());
  for (const { id, kwargs } of samples) {
    expect(registry.get(id)!.validateKwargs(kwargs), id).toBeNull();
    expect(registry.get(id)!.describe(kwargs), id).toMatch(/^[A-Z].{10,}/);
  }
});

test("parameters of any kind are taken or refused, never a crash", () => {
  for (const { id, kwargs } of samples)
    for (const odd of [null, -1, 0.5, NaN, "", "\ud800", [], {}, [null]])
      for (const field of [...Object.keys(kwargs), "surplus"])
        expect(["string", "object"], id).toContain(
          typeof registry.get(id)!.validateKwargs({ ...kwargs, [field]: odd }),
        );
});

const marks = [
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
  "'",
  "\\",
  "```json",
  "```",
  "{",
  "}",
  "(",
]
  .concat([
    ")",
    "NaN",
    ".",
    "?",
    "!",
    ";",
    ",",
    "|",
    "| a | b |",
    "|---|",
    "#",
    "## ",
    ">",
    "<i>",
    "</i>",
    "<a b='c'>",
  ])
  .concat([
    "\n",
    "\n\n",
    "\r",
    "\u2028",
    "\x1c",
    "\ufeff",
    " ",
    "\t",
    "\ud800",
    "\udc00",
    "Part 1",
    "key",
    "Sources:",
  ])
  .concat([
    "1. ",
    "- a",
    "https://",
    "@",
    "猫",
    "國",
    "国",
    "İ",
    "ß",
    "😀",
    "U.S.",
    "don't",
    "--",
    "a, b",
    "A",
    "[1]",
  ]);

/** Text that rules trip over: their own marks, odd white space and lone surrogates among ordinary text. */
const awkwardText = fc
  .array(fc.oneof(fc.constantFrom(...marks), fc.string({ unit: "binary", maxLength: 5 })), { maxLength: 30 })
  .map((parts) => parts.join(""));

/** What backtracking and quadratic searches stumble over, a megabyte of each. */
const units = [
  "a",
  " ",
  "\n",
  "[1](",
  "'",
  "* ",
  "-\n",
  "a.b",
  "...",
  "Is it? ",
  "{[",
  "|",
  "| a |\n",
  "<a b='c' ",
  "\ud800",
  "😀",
];

const cpuSeconds = (): number => process.cpuUsage().user / 1e6;

describe.each([...registry.values()])("$id", (verifier) => {
  const own = samples.filter(({ id }) => id === verifier.id);

  test("decides any text", () => {
    fc.assert(
      fc.property(awkwardText, (text) =>
        own.every(({ kwargs }) => typeof verifier.check(text, kwargs) === "boolean"),
      ),
      { numRuns: 200, seed: 5 },
    );
  });

  test("takes linear time on a megabyte of trouble", () => {
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(500_000 / unit.length));
      for (const { kwargs } of own) {
        const start = cpuSeconds();
        verifier.check(`a${text}\n${text}b`, kwargs);
        expect(cpuSeconds() - start, `${JSON.stringify(unit)} ${JSON.stringify(kwargs)}`).toBeLessThan(2);
      }
    }
  });
});
