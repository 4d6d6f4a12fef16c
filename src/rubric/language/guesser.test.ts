import fc from "fast-check";
import { expect, test } from "vitest";
import recorded from "./fixtures/guesses.json";
import { loadLanguageGuesser } from "./guesser";

const guess = await loadLanguageGuesser();

/** The published detector's own answers, recorded by `tools/record_language_profiles.py`. */
test.each(recorded as [string, string | null][])("guesses %j as langdetect does: %s", (text, language) => {
  expect(guess(text)).toBe(language);
});

test("the guess is a function of the text", () => {
  const mixed = "Der Hund the dog le chien el perro il cane ".repeat(3);
  expect(new Set(Array.from({ length: 5 }, () => guess(mixed))).size).toBe(1);
});

test("any text has a language or none, and long ones take no longer", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      const language = guess(text);
      return language === null || language.length > 0;
    }),
    { numRuns: 300, seed: 5 },
  );
  for (const unit of ["a", "A", "a@", "http://", "\ud800", "é ", "𝒳", "  ", "AB ", "猫"]) {
    const start = performance.now();
    guess(unit.repeat(1_000_000 / unit.length));
    expect(performance.now() - start, JSON.stringify(unit)).toBeLessThan(2000);
  }
});
