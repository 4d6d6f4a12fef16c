import { expect, test } from "vitest";
import { englishRegistry } from "../../rubric/verifiers/registry";
import { plainTexts } from "./plain_text";
import { taskSource } from "./task_source";

const texts = plainTexts(40);

test("the first texts are the same, however many are asked for", () => {
  expect(plainTexts(5)).toEqual(texts.slice(0, 5));
  expect(new Set(texts.map(({ response }) => response)).size).toBeGreaterThan(30);
});

test("every second one follows a topic alone, and tells of it", () => {
  texts.forEach(({ instruction, response }, index) => {
    const lines = instruction.split("\n");
    expect(lines.length === 1).toBe(index % 2 === 0);
    const [, animal] = /^Write about a (.+) at the .+\.$/.exec(lines[0])!;
    expect(response.toLowerCase()).toContain(animal);
  });
});

test("the others answer tasks of the side of evaluation, some constraints followed and some not", () => {
  const tasks = taskSource({ split: "heldout" });
  const followed = texts.flatMap(({ instruction, response }, index) => {
    if (index % 2 === 0) return [];
    const task = tasks.task(index);
    expect(instruction).toBe(task.prompt);
    return task.rubric.map(
      ({ check }) =>
        check.by === "code" && englishRegistry.get(check.verifier)!.check(response, check.kwargs),
    );
  });
  expect(followed).toContain(true);
  expect(followed).toContain(false);
});
