import { expect, test } from "vitest";
import { instructionReport, reportText } from "./report";

const graded = [
  { ids: ["a:x", "b:y"], strict: [true, false], loose: [true, true] },
  { ids: ["a:x"], strict: [true], loose: [true] },
  { ids: ["b:z", "b:y"], strict: [null, true], loose: [null, true] },
  { ids: ["b:z", "b:y"], strict: [null, false], loose: [null, false] },
];

test("prompts, instructions, groups and ids; what is unknown counts nowhere", () => {
  const report = instructionReport(graded);
  expect(report.strict.prompts).toEqual({ followed: 1, total: 2 });
  expect(report.loose.prompts).toEqual({ followed: 2, total: 2 });
  expect(report.strict.instructions).toEqual({ followed: 3, total: 5 });
  expect(report.loose.instructions).toEqual({ followed: 4, total: 5 });
  expect(report.strict.byGroup).toEqual({ a: { followed: 2, total: 2 }, b: { followed: 1, total: 3 } });
  expect(Object.keys(report.loose.byId)).toEqual(["a:x", "b:y"]);
  expect(report.unknown).toBe(2);
});

test("as text", () => {
  expect(
    reportText(instructionReport(graded))
      .split("\n")
      .map((line) => line.replace(/ +/g, " ").trim()),
  ).toEqual([
    "strict loose",
    "prompts 1/2 0.5000 2/2 1.0000",
    "instructions 3/5 0.6000 4/5 0.8000",
    "a 2/2 1.0000 2/2 1.0000",
    "b 1/3 0.3333 2/3 0.6667",
    "a:x 2/2 1.0000 2/2 1.0000",
    "b:y 1/3 0.3333 2/3 0.6667",
    "2 could not be decided",
  ]);
});
