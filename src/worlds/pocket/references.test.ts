import { expect, test } from "vitest";
import { deriveKey, seedKey } from "../../kernels/random/random";
import { gradeByCode } from "../../rubric/code_grader";
import { englishRegistry } from "../../rubric/verifiers/registry";
import { familyClasses, trainableFamilies } from "./families/registry";
import { pocketReferences, pocketRevisionPairs } from "./references";
import { taskSource } from "./task_source";

const everything = [...trainableFamilies, ...familyClasses.foreign];

test("thousands of references follow every constraint, and those of one task are all different", () => {
  const source = taskSource({ split: "train", families: everything, minConstraints: 1 });
  for (let index = 0; index < 500; index++) {
    const task = source.task(index);
    const texts = pocketReferences(task, 8, deriveKey(seedKey(3), index));
    expect(new Set(texts).size).toBe(8);
    for (const text of texts) {
      const missed = task.rubric.filter(
        (item) => gradeByCode(englishRegistry, item, text).status !== "satisfied",
      );
      expect(missed, `${task.prompt}\n\n${text}`).toEqual([]);
    }
  }
});

test("the same key gives the same references, and fewer of them are the first ones", () => {
  const task = taskSource({ split: "train" }).task(0);
  const eight = pocketReferences(task, 8, seedKey(1));
  expect(pocketReferences(task, 8, seedKey(1))).toEqual(eight);
  expect(pocketReferences(task, 3, seedKey(1))).toEqual(eight.slice(0, 3));
  expect(pocketReferences(task, 8, seedKey(2))).not.toEqual(eight);
});

test("a task of another world has none here", () => {
  expect(pocketReferences({ id: "a", prompt: "Write.", rubric: [] }, 8, seedKey(1))).toEqual([]);
});

test("every draft of a pair misses something, and its revision nothing; each pair is drawn from its own key", () => {
  const source = taskSource({ split: "train", families: everything, minConstraints: 1 });
  for (let index = 0; index < 200; index++) {
    const task = source.task(index);
    const key = deriveKey(seedKey(4), index);
    const pairs = pocketRevisionPairs(task, 4, key);
    expect(pairs).toHaveLength(4);
    expect(pocketRevisionPairs(task, 2, key)).toEqual(pairs.slice(0, 2));
    const met = (text: string) =>
      task.rubric.map((item) => gradeByCode(englishRegistry, item, text).status === "satisfied");
    for (const { draft, revision } of pairs) {
      expect(met(draft)).toContain(false);
      expect(met(revision)).not.toContain(false);
    }
  }
  expect(pocketRevisionPairs({ id: "a", prompt: "Write.", rubric: [] }, 8, seedKey(1))).toEqual([]);
});
