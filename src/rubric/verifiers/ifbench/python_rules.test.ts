import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { splitSentences } from "../../sentences";
import { readCsv } from "../../text/csv";
import { wordTokenize } from "../../text/word_tokenize";
import type { Kwargs } from "../verifier";
import { ifbenchVerifiers } from "./ifbench";

/**
 * Against verdicts, sentences, tokens and rows recorded from Python and NLTK by `tools/record_ifbench_rules.py`. Read as
 * a file: a bundler's JSON import refuses the lone surrogates in it.
 */
const recorded = JSON.parse(
  readFileSync("src/rubric/verifiers/ifbench/fixtures/ifbench_rules.json", "utf8"),
) as {
  rules: { id: string; kwargs: Kwargs }[];
  cases: [text: string, verdicts: string][];
  tokens: [text: string, sentences: string[], tokens: string[]][];
  csv: [text: string, rows: string[][] | null][];
};

describe("verdicts equal Python's", () => {
  const { rules, cases } = recorded;

  rules.forEach(({ id, kwargs }, rule) => {
    test(`${id} ${JSON.stringify(kwargs)}`, () => {
      const verifier = ifbenchVerifiers.find((candidate) => candidate.id === id)!;
      const wrong = cases.filter(
        ([text, verdicts]) => verifier.check(text, kwargs) !== (verdicts[rule] === "1"),
      );
      expect(wrong.map(([text]) => JSON.stringify(text))).toEqual([]);
      // A rule that always says the same would prove little.
      expect(new Set(cases.map(([, verdicts]) => verdicts[rule])).size).toBe(2);
    });
  });
});

test.each(recorded.tokens)("sentences and tokens of %j", (text, sentences, tokens) => {
  expect(splitSentences(text)).toEqual(sentences);
  expect(wordTokenize(text)).toEqual(tokens);
});

test.each(recorded.csv)("rows of %j", (text, rows) => {
  expect(readCsv(text, ",")).toEqual(rows);
});
