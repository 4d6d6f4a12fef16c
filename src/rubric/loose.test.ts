import { expect, test } from "vitest";
import { gradeLoosely, looseVariants } from "./loose";
import type { RubricItem } from "./schema";
import { englishRegistry } from "./verifiers/registry";

test("eight variants: lines dropped at either end, and asterisks", () => {
  expect(looseVariants("Sure:\n*a*\n\nb\nBye")).toEqual([
    "Sure:\n*a*\n\nb\nBye",
    "*a*\n\nb\nBye",
    "Sure:\n*a*\n\nb",
    "*a*\n\nb",
    "Sure:\na\n\nb\nBye",
    "a\n\nb\nBye",
    "Sure:\na\n\nb",
    "a\n\nb",
  ]);
});

test("the response itself is not stripped, the shortened ones are; equal and blank ones are left out", () => {
  expect(looseVariants(" a \n b \n c ")).toEqual([" a \n b \n c ", "b \n c", "a \n b", "b"]);
  expect(looseVariants("one line")).toEqual(["one line"]);
  expect(looseVariants("**")).toEqual(["**"]);
  expect(looseVariants(" \n")).toEqual([]);
});

const item = (polarity: RubricItem["polarity"], verifier: string): RubricItem => ({
  text: "An item.",
  weight: 1,
  polarity,
  check: { by: "code", verifier, kwargs: {} },
});

test.each([
  ["want", "punctuation:no_comma", "Sure, here:\nno comma", "satisfied"],
  ["want", "punctuation:no_comma", "Sure, here:\na comma, and\nanother, too", "unmet"],
  ["avoid", "punctuation:no_comma", "Sure, here:\nno comma", "unmet"],
  ["avoid", "punctuation:no_comma", "a, b", "satisfied"],
  ["want", "no:such_rule", "a", "unknown"],
  ["want", "punctuation:no_comma", "", "unmet"],
] as const)("%s %s in %j: %s", (polarity, verifier, response, status) => {
  const verdict = gradeLoosely(englishRegistry, item(polarity, verifier), looseVariants(response));
  expect(verdict.status).toBe(status);
});
