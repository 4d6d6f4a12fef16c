import { expect, test } from "vitest";
import type { RubricItem, Task } from "../rubric/schema";
import { generalScaffold } from "./general_scaffold";

const item = (text: string, polarity: RubricItem["polarity"] = "want"): RubricItem => ({
  ...{ text, polarity, weight: 1 },
  check: { by: "judge" },
});
const task: Task = {
  id: "t",
  prompt: "Write about rivers.",
  rubric: [item("It names a river."), item("It insults the reader.", "avoid"), item("It is short.")],
};

test("shown items stand in a system message by what they ask for, and the instruction stays as it is", () => {
  const [system, user] = generalScaffold(task, [0, 1]);
  expect(user).toEqual({ role: "user", content: task.prompt });
  expect(system.role).toBe("system");
  expect(system.content).toMatch(/\n\nTO BE THERE\n- It names a river\.\n\nNOT TO BE THERE\n- It insults/);
  expect(system.content).not.toContain("It is short.");
  expect(system.content).toMatch(/mention neither the points/);
});

test("a list without points has no heading", () => {
  expect(generalScaffold(task, [2])[0].content).not.toContain("NOT TO BE THERE");
});
