import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { muldimifVerifiers, parseConstraint } from "./constraint";

/** Against the unit cases of the published checkers (../shared/data). */
const data = "../shared/data";

interface Case {
  readonly checker: string;
  readonly constraint: string;
  readonly text: string;
  readonly expected: boolean;
  readonly code_verdict: boolean;
}

/** The labels by which a record would name the checker. */
const labels: Record<string, [string, string]> = {
  Content_Keywords: ["Content", "Keywords"],
  Content_Others: ["Content", "Identifiers"],
  Format_Json: ["Format", "Json"],
  Format_Markdown: ["Format", "Markdown"],
  Format_Others: ["Format", "XML"],
  Format_Table: ["Format", "Table"],
  Language_English: ["Language", "English"],
  Length_Paragraphs: ["Length", "Paragraphs"],
  Length_Sentences: ["Length", "Sentences"],
  Length_Words: ["Length", "Words"],
};

const byId = new Map(muldimifVerifiers.map((verifier) => [verifier.id, verifier]));

test.skipIf(!existsSync(data))("verdicts equal the published checkers' on their unit cases", () => {
  const cases = readFileSync(`${data}/verdicts/muldimif-units.jsonl`, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Case);
  const tally: Record<string, { agree: number; total: number }> = {};
  const wrong: string[] = [];
  for (const { checker, constraint, text, code_verdict } of cases) {
    const parsed = parseConstraint(...labels[checker], constraint)!;
    const verifier = byId.get(parsed.verifier)!;
    const counts = (tally[checker] ??= { agree: 0, total: 0 });
    counts.total++;
    expect(
      verifier.validateKwargs(parsed.kwargs),
      `${constraint} ${JSON.stringify(parsed.kwargs)}`,
    ).toBeNull();
    if (verifier.check(text, parsed.kwargs) === code_verdict) counts.agree++;
    else {
      const how = JSON.stringify(parsed.kwargs);
      wrong.push(
        `${checker}: ${constraint} ${how} on ${JSON.stringify(text.slice(0, 200))}, official ${code_verdict}`,
      );
    }
  }
  console.table(tally);
  expect(wrong).toEqual([]);
  expect(cases).toHaveLength(821);
});
