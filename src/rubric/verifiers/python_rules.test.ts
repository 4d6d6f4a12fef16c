import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { englishRegistry } from "./registry";
import type { Kwargs } from "./verifier";

/** Read as a file: a bundler's JSON import refuses the lone surrogates in it. */
const recorded = JSON.parse(readFileSync("src/rubric/verifiers/fixtures/python_rules.json", "utf8")) as {
  rules: { id: string; kwargs: Kwargs }[];
  cases: [text: string, verdicts: string][];
};

/** Against verdicts recorded from Python's own `str` and `re` on short awkward texts. */
describe("verdicts equal Python's", () => {
  const { rules, cases } = recorded;

  rules.forEach(({ id, kwargs }, rule) => {
    test(`${id} ${JSON.stringify(kwargs)}`, () => {
      const verifier = englishRegistry.get(id)!;
      const wrong = cases.filter(
        ([text, verdicts]) => verifier.check(text, kwargs) !== (verdicts[rule] === "1"),
      );
      expect(wrong.map(([text]) => JSON.stringify(text))).toEqual([]);
      // A rule that always says the same would prove little.
      expect(new Set(cases.map(([, verdicts]) => verdicts[rule])).size).toBe(2);
    });
  });
});
