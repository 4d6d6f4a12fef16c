import { expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { softItems, withSoftItems } from "./soft_items";
import { taskSource } from "./task_source";

const source = taskSource({ split: "train", seed: 1 });

test("soft items come after the constraints, numbered on, in prompt and rubric alike", () => {
  const task = source.task(0);
  const soft = withSoftItems(task, RandomStream.of(0, "soft"), 2);
  const added = soft.rubric.slice(task.rubric.length);
  expect(added).toHaveLength(2);
  expect(new Set(added.map(({ text }) => text)).size).toBe(2);
  for (const { text, check } of added) {
    expect(softItems).toContain(text);
    expect(check).toEqual({ by: "judge" });
  }
  const numbered = soft.rubric.map(({ text }, i) => `${i + 1}. ${text}`);
  expect(soft.prompt.split("\n").slice(1)).toEqual(numbered);
});

test("none leaves the task as it is; more than there are gives all", () => {
  const task = source.task(0);
  expect(withSoftItems(task, RandomStream.of(0), 0)).toBe(task);
  expect(withSoftItems(task, RandomStream.of(0), 99).rubric).toHaveLength(
    task.rubric.length + softItems.length,
  );
});
