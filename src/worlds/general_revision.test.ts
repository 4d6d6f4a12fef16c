import { expect, test } from "vitest";
import type { RubricItem, Verdict } from "../rubric/schema";
import { generalRevision } from "./general_revision";

const item = (text: string, polarity: RubricItem["polarity"] = "want"): RubricItem => ({
  text,
  weight: 1,
  polarity,
  check: { by: "judge" },
});
const task = {
  id: "t",
  prompt: "Explain tides.",
  rubric: [
    item("Names the moon."),
    item("Gives a number."),
    item("Blames the wind.", "avoid"),
    item("Rhymes."),
  ],
};

test("tells what is met and what is not, pitfalls as such, and nothing of what could not be judged", () => {
  const verdicts: Verdict[] = [
    { status: "satisfied" },
    { status: "unmet" },
    { status: "unmet" },
    { status: "unknown", reason: "no judge" },
  ];
  const [{ role, content }, ...more] = generalRevision(task, "The moon pulls.", verdicts);
  expect([role, more]).toEqual(["user", []]);
  expect(content).toContain("INSTRUCTION\nExplain tides.\n");
  expect(content).toContain("\nMET\n1. Names the moon.\n");
  expect(content).toContain("\nNOT MET\n1. Gives a number.\n2. To be avoided: Blames the wind.\n");
  expect(content).toContain("\nDRAFT\nThe moon pulls.\n");
  expect(content).not.toContain("Rhymes");
});

test("says so when nothing is met", () => {
  const verdicts: Verdict[] = task.rubric.map(() => ({ status: "unmet" }));
  expect(generalRevision(task, "", verdicts)[0].content).toContain("\nMET\n(none)\n");
});
