import { expect, test } from "vitest";
import { parseRubric } from "./rubric_record";

test("fills in what a record leaves out", () => {
  expect(parseRubric([{ text: "Names a dose." }])).toEqual([
    { text: "Names a dose.", weight: 1, polarity: "want", check: { by: "judge" } },
  ]);
});

test.each([
  ["no list", {}, "expected array"],
  ["an empty list", [], "expected array to have >=1 items"],
  ["a missing text", [{ weight: 2 }], "0.text"],
  ["a negative weight", [{ text: "a" }, { text: "b", weight: -1 }], "1.weight: must be above 0"],
  ["a misspelt field", [{ text: "a", wieght: 2 }], "wieght"],
  ["a code check without a verifier", [{ text: "a", check: { by: "code" } }], "0.check.verifier"],
  ["an unknown way of checking", [{ text: "a", check: { by: "magic" } }], "0.check.by"],
])("names the field: %s", (_, record, field) => {
  expect(() => parseRubric(record)).toThrow(expect.objectContaining({ code: "RUBRIC_INVALID" }));
  expect(() => parseRubric(record)).toThrow(field);
});
