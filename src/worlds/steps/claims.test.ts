import { describe, expect, test } from "vitest";
import { claimsOf, isFalse, states, subjectOf, tellClaim, type Claim } from "./claims";

const told = (text: string) => claimsOf(text).map(tellClaim);

test.each([
  ["7+8=15", ["7+8=15"]],
  ["So 7 + 8 = 15, and 9 \u2212 4 = 5.", ["7+8=15", "9-4=5"]],
  ["5<15, so take 15", ["15>5", "take 15"]],
  ["TAKE 15\nthe answer is 21", ["take 15", "Answer: 21"]],
  ["Answer = 21.", ["Answer: 21"]],
  ["2-5=-3 then -3+9=6", ["2-5=-3", "-3+9=6"]],
  ["7+8", []],
  ["7.5+8=15", []],
  ["Answer: 21.5", []],
  ["mistake 7", []],
  ["12345678+1=2", []],
  ["", []],
])("reads %j", (text, claims) => {
  expect(told(text)).toEqual(claims);
});

test("knows a sum by its numbers in either order, a difference by its order", () => {
  const subject = (text: string) => subjectOf(claimsOf(text)[0]);
  expect(subject("7+8=15")).toBe(subject("8+7=3"));
  expect(subject("8-7=1")).not.toBe(subject("7-8=1"));
  expect(subject("3<5")).toBe(subject("3>5"));
});

test("tells what is false whatever is asked", () => {
  const falseOnes = claimsOf("7+8=15 7+8=5 9-4=5 4-9=5 15>5 5>15 5>5 take 3 answer 4").filter(isFalse);
  expect(falseOnes.map(tellClaim)).toEqual(["7+8=5", "4-9=5", "5>15", "5>5"]);
});

describe("a response states a claim", () => {
  const answer: Claim = { kind: "answer", number: 21 };
  test.each([
    ["Answer: 21", true],
    ["Answer: 3\n###\nAnswer: 21", true],
    ["Answer: 21\n###\nAnswer: 3", false],
    ["21", false],
    ["Answer: 211", false],
  ])("by what it says last: %j", (text, expected) => {
    expect(states(text, answer)).toBe(expected);
  });
});

test("reads long texts in linear time", () => {
  const start = performance.now();
  for (const part of ["1", " ", "take ", "answer: ", "1+1=", "9>"]) claimsOf(part.repeat(200_000));
  expect(performance.now() - start).toBeLessThan(5000);
});
