import { expect, test } from "vitest";
import type { Verdict } from "../../rubric/schema";
import { revisionMessages } from "./revision";
import { composeTask } from "./tasks";

const task = composeTask({ animal: "fox", place: "lake" }, [
  { family: "title", kwargs: {} },
  { family: "noComma", kwargs: {} },
  { family: "highlights", kwargs: { num_highlights: 2 } },
]);
const verdicts: Verdict[] = [{ status: "unmet" }, { status: "satisfied" }, { status: "unmet" }];

test("repeats what is missing, numbered anew", () => {
  expect(revisionMessages(task, "The fox ran.", verdicts, "list")).toEqual([
    { role: "user", content: task.prompt },
    { role: "assistant", content: "The fox ran." },
    { role: "user", content: "Missing:\n1. Add a title in << >>.\n2. Put 2 parts in * *.\nRevise." },
  ]);
});

test("gives the numbers of the instruction's own lines", () => {
  expect(revisionMessages(task, "The fox ran.", verdicts, "numbers")[2].content).toBe(
    "Missing: 1 3\nRevise.",
  );
});

test("does not call missing what could not be judged", () => {
  const unsure: Verdict[] = [
    { status: "unmet" },
    { status: "unknown", reason: "no judge" },
    { status: "satisfied" },
  ];
  expect(revisionMessages(task, "", unsure, "numbers")[2].content).toBe("Missing: 1\nRevise.");
});
