import { expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { withItems } from "./edit_instruction";
import { withSoftItems } from "./soft_items";
import { taskSource } from "./task_source";
import { makeTask } from "./tasks";

const task = taskSource({ split: "train", minConstraints: 4, maxConstraints: 4 }).task(3);

test("what is left is the task of the same topic and those constraints", () => {
  const { topic, constraints } = task;
  for (const items of [[0], [1, 3], [0, 1, 2, 3]]) {
    const made = makeTask(
      "any",
      topic,
      items.map((i) => constraints[i]),
    );
    expect(withItems(task, items)).toMatchObject({ prompt: made.prompt, rubric: made.rubric });
  }
});

test("soft items and changed weights are kept as they are", () => {
  const soft = withSoftItems(task, RandomStream.of(1), 2);
  const rubric = soft.rubric.map((item, i) => ({ ...item, weight: i + 1 }));
  const edited = withItems({ ...soft, rubric }, [2, 5])!;
  expect(edited.rubric).toEqual([rubric[2], rubric[5]]);
  expect(edited.prompt.split("\n")).toEqual([
    task.prompt.split("\n")[0],
    `1. ${rubric[2].text}`,
    `2. ${rubric[5].text}`,
  ]);
});

test("nothing is left of no item", () => expect(withItems(task, [])).toBeNull());
