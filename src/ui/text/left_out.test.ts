import { expect, test } from "vitest";
import { leftOutWords } from "./left_out";

const unknown = (reason: string) => ({ status: "unknown", reason }) as const;

test("a response that is left out says which items are unknown and why, each reason once", () => {
  expect(leftOutWords([{ status: "unmet" }, { status: "satisfied" }])).toBe("");
  expect(leftOutWords([{ status: "unmet" }, unknown("the judge declined: No.")])).toBe(
    "Left out, item 2 is unknown: the judge declined: No.",
  );
  expect(leftOutWords([unknown("it was cut"), unknown("no quote"), unknown("it was cut")])).toBe(
    "Left out, items 1, 3 are unknown: it was cut; item 2 is unknown: no quote.",
  );
});

test("a judge that talks long is cut", () => {
  expect(leftOutWords([unknown("so ".repeat(500))]).length).toBeLessThan(200);
});
