import { expect, test } from "vitest";
import { codeGrader } from "../../rubric/code_grader";
import { englishRegistry } from "../../rubric/verifiers/registry";
import type { FamilyName } from "./families/family";
import { composeTask } from "./tasks";

const topic = { animal: "fox", place: "lake" };

test("composes a task whose rubric is graded line by line", async () => {
  const task = composeTask(topic, [
    { family: "title", kwargs: {} },
    { family: "keyword", kwargs: { keywords: ["key"] } },
  ]);
  expect(task.prompt).toBe("Write about a fox at the lake.\n1. Add a title in << >>.\n2. Use the word key.");
  expect(task.rubric.map(({ text }) => text)).toEqual(["Add a title in << >>.", "Use the word key."]);
  const verdicts = await codeGrader(englishRegistry).grade(task, "<< The old fox >>\nThe old fox ran.");
  expect(verdicts).toEqual([{ status: "satisfied" }, { status: "unmet" }]);
});

test("says which two constraints exclude each other", () => {
  const compose = (): unknown =>
    composeTask(topic, [
      { family: "noComma", kwargs: {} },
      { family: "capitals", kwargs: {} },
      { family: "lowercase", kwargs: {} },
    ]);
  expect(compose).toThrow(expect.objectContaining({ code: "TASK_INVALID" }));
  expect(compose).toThrow(/"Use capital letters only\." and "Use lowercase letters only\."/);
});

test("excludes by parameters where only some of them clash", () => {
  const compose = (num_sentences: number, num_bullets: number): unknown =>
    composeTask(topic, [
      { family: "bullets", kwargs: { num_bullets } },
      { family: "sentences", kwargs: { num_sentences, relation: "at least" } },
    ]);
  expect(() => compose(3, 2)).not.toThrow();
  expect(() => compose(2, 2)).toThrow("already so many sentences");
});

test.each([
  ["an unknown animal", { animal: "dragon", place: "lake" }, "title", {}, "Choose one of fox"],
  ["an unknown place", { animal: "fox", place: "moon" }, "title", {}, "Choose one of hill"],
  ["an unknown family", topic, "rhyme", {}, "Choose one of keyword"],
  [
    "parameters that it does not offer",
    topic,
    "bullets",
    { num_bullets: 5 },
    'Choose one of {"num_bullets":2}, ',
  ],
])("refuses %s", (_, about, family, kwargs, cure) => {
  expect(() => composeTask(about, [{ family: family as FamilyName, kwargs }])).toThrow(
    expect.objectContaining({ code: "TASK_INVALID", cure: expect.stringContaining(cure) as string }),
  );
});
