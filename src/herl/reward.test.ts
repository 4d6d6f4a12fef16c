import { describe, expect, test } from "vitest";
import type { Verdict } from "../rubric/schema";
import { rubricReward } from "./reward";
import { item } from "./testing/tiny_world";

/** "+" satisfied, "-" unmet, "?" unknown: the good outcome is "+", for a pitfall its absence. */
const verdicts = (signs: string): Verdict[] =>
  [...signs].map((sign) =>
    sign === "?"
      ? { status: "unknown", reason: "no judge" }
      : { status: sign === "+" ? "satisfied" : "unmet" },
  );

describe("equation (4): satisfied weight over total weight", () => {
  const rubric = [item("a", { weight: 5 }), item("b", { weight: 3 }), item("c", { weight: 2 })];

  test.each([
    ["+++", 1],
    ["+--", 0.5],
    ["-+-", 0.3],
    ["-++", 0.5],
    ["---", 0],
  ])("weights 5, 3, 2 with %s give %d", (signs, reward) => {
    expect(rubricReward(rubric, verdicts(signs))).toBe(reward);
  });

  test("everything satisfied is exactly 1, whatever the weights round to", () => {
    const awkward = [0.1, 0.2, 0.3, 0.7, 1e-9, 1e9].map((weight) => item("", { weight }));
    expect(rubricReward(awkward, verdicts("++++++"))).toBe(1);
  });
});

describe("a pitfall that is present is subtracted, over the weight of what is wanted", () => {
  const rubric = [
    item("names a dose", { weight: 4 }),
    item("says when to return", { weight: 1 }),
    item("invents a source", { weight: 2, polarity: "avoid" }),
  ];

  test.each([
    ["+++", 1, "absent: no bonus for it"],
    ["++-", 0.6, "(5 − 2) / 5"],
    ["+--", 0.4, "(4 − 2) / 5"],
    ["-+-", 0, "(1 − 2) / 5, clamped"],
    ["--+", 0, "nothing wanted is there"],
    ["---", 0, "−2 / 5, clamped"],
  ])("%s gives %d: %s", (signs, reward) => {
    expect(rubricReward(rubric, verdicts(signs))).toBeCloseTo(reward, 15);
  });

  test("a rubric of pitfalls only starts from 1 and loses their share", () => {
    const pitfalls = [
      item("a", { weight: 3, polarity: "avoid" }),
      item("b", { weight: 1, polarity: "avoid" }),
    ];
    expect(rubricReward(pitfalls, verdicts("++"))).toBe(1);
    expect(rubricReward(pitfalls, verdicts("+-"))).toBe(0.75);
    expect(rubricReward(pitfalls, verdicts("-+"))).toBe(0.25);
    expect(rubricReward(pitfalls, verdicts("--"))).toBe(0);
  });
});

describe("no reward, which is not a reward of 0", () => {
  test.each(["?++", "+?+", "--?", "???"])("when a grade is unknown: %s", (signs) => {
    expect(rubricReward([item("a"), item("b"), item("c")], verdicts(signs))).toBeNull();
  });

  test("when the pitfall's grade is unknown, though all that is wanted is there", () => {
    expect(rubricReward([item("a"), item("b", { polarity: "avoid" })], verdicts("+?"))).toBeNull();
  });

  test("for a rubric without items", () => {
    expect(rubricReward([], [])).toBeNull();
  });
});
