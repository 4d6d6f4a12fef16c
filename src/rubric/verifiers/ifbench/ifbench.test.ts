import { describe, expect, test } from "vitest";
import { ifbenchVerifiers } from "./ifbench";
import { formatCases } from "./testing/format_cases";
import { wordCases } from "./testing/word_cases";

const cases = { ...wordCases, ...formatCases };

test("there are cases for each of the 58 ids", () => {
  expect(Object.keys(cases).sort()).toEqual(ifbenchVerifiers.map(({ id }) => id).sort());
  expect(ifbenchVerifiers).toHaveLength(58);
});

describe.each(ifbenchVerifiers)("$id", (verifier) => {
  test("decides the cases", () => {
    for (const [kwargs, follows, fails] of cases[verifier.id]) {
      expect(verifier.validateKwargs(kwargs)).toBeNull();
      expect(verifier.describe(kwargs)).toMatch(/^The .{15,}/);
      for (const response of follows) expect(verifier.check(response, kwargs), response).toBe(true);
      for (const response of fails) expect(verifier.check(response, kwargs), response).toBe(false);
    }
  });

  test("fails a blank response, as strict grading does", () => {
    for (const [kwargs] of cases[verifier.id]) expect(verifier.check(" \n\u2003", kwargs)).toBe(false);
  });

  test("names the field of a parameter that does not fit", () => {
    const [kwargs] = cases[verifier.id][0];
    for (const field of Object.keys(kwargs)) {
      expect(verifier.validateKwargs({ ...kwargs, [field]: { odd: true } })).toContain(field);
      expect(verifier.validateKwargs({ ...kwargs, [field]: undefined })).toContain(field);
    }
    expect(verifier.validateKwargs({ ...kwargs, surplus: 1 })).toContain("surplus");
  });
});
