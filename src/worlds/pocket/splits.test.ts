import { describe, expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { clash } from "./exclusions";
import type { FamilyName } from "./families/family";
import { familyClasses, familyOf, trainableFamilies } from "./families/registry";
import { adjectives, allWords, animals, endPhrases, objects, places, stuff } from "./lexicon";
import { hasReservedPair, isForEvaluation, reservedPairs, splits } from "./splits";
import { drawPretrainingTask, taskSource } from "./task_source";
import type { PocketTask } from "./tasks";

const tasksOf = (source: ReturnType<typeof taskSource>, count: number): PocketTask[] =>
  Array.from({ length: count }, (_, index) => source.task(index));

/** Every word that a task names: its topic and what stands in the parameters. */
const named = ({ topic, constraints }: PocketTask): string[] => [
  topic.animal,
  topic.place,
  ...constraints
    .flatMap(({ kwargs }) => Object.values(kwargs).flat())
    .filter((value) => typeof value === "string"),
];

const classes = [animals, places, adjectives, objects, stuff, endPhrases];
const reservedWords = classes.flatMap(({ reserved }) => reserved);
const usualWords = classes.flatMap(({ usual }) => usual);
const familiesOf = (task: PocketTask): FamilyName[] => task.constraints.map(({ family }) => family);
const bySplit = Object.fromEntries(splits.map((split) => [split, tasksOf(taskSource({ split }), 1500)]));

describe("the splits", () => {
  const stream = RandomStream.of(1, "splits test");
  const pretraining = Array.from({ length: 5000 }, () => drawPretrainingTask(stream, 2, 4));

  test("evaluate on nothing that was trained on, whatever the order of the constraints", () => {
    const key = ({ topic, constraints }: PocketTask): string =>
      [topic, ...constraints]
        .map((part) => JSON.stringify(part))
        .sort()
        .join();
    const trained = new Set([...bySplit.train, ...pretraining].map(key));
    for (const split of ["heldout", "close", "ood"]) {
      for (const task of bySplit[split]) {
        expect(trained.has(key(task)), task.prompt).toBe(false);
        expect(isForEvaluation(task.topic, task.constraints)).toBe(true);
        expect(isForEvaluation(task.topic, task.constraints.toReversed())).toBe(true);
      }
    }
    for (const task of [...bySplit.train, ...pretraining]) {
      expect(isForEvaluation(task.topic, task.constraints)).toBe(false);
    }
  });

  test("train and heldout are of one kind: usual words, no reserved pair", () => {
    for (const task of [...bySplit.train, ...bySplit.heldout]) {
      for (const word of named(task)) expect(reservedWords).not.toContain(word);
      expect(hasReservedPair(familiesOf(task))).toBe(false);
    }
  });

  test("close is new in every word, and often in its pairs of families", () => {
    for (const task of bySplit.close) {
      for (const word of named(task)) expect(usualWords).not.toContain(word);
    }
    const paired = bySplit.close.filter((task) => hasReservedPair(familiesOf(task)));
    expect(paired.length / bySplit.close.length).toBeGreaterThan(0.5);
  });

  test("ood is of the foreign families only, and no other split has them", () => {
    const foreign: readonly FamilyName[] = familyClasses.foreign;
    for (const task of bySplit.ood) for (const family of familiesOf(task)) expect(foreign).toContain(family);
    for (const split of ["train", "heldout", "close"]) {
      for (const task of bySplit[split])
        for (const family of familiesOf(task)) expect(foreign).not.toContain(family);
    }
  });

  test("pre-training uses every word and every family, reserved pairs included", () => {
    expect(new Set(pretraining.flatMap(familiesOf)).size).toBe(19);
    const words = new Set(pretraining.flatMap(named));
    for (const word of classes.flatMap(allWords)) {
      expect(words.has(word), word).toBe(true);
    }
    for (const [first, second] of reservedPairs) {
      expect(
        pretraining.some((task) => hasReservedPair(familiesOf(task)) && familiesOf(task).includes(first)),
      ).toBe(true);
      const [a, b] = [first, second].map((family) => ({
        family,
        kwargs: familyOf(family).choices(allWords)[0],
      }));
      expect(clash(a, b)).toBeNull();
    }
  });
});

describe("a task source", () => {
  test("gives the same task for the same index and seed, and others for others", () => {
    const prompts = (seed: number): string[] =>
      tasksOf(taskSource({ split: "train", seed }), 50).map(({ prompt }) => prompt);
    expect(prompts(1)).toEqual(prompts(1));
    expect(prompts(1)).not.toEqual(prompts(2));
    expect(new Set(prompts(1)).size).toBeGreaterThan(45);
    // Pinned: published runs hang on it.
    expect(taskSource({ split: "heldout" }).task(3)).toMatchObject({
      id: "pocket:heldout:3",
      prompt:
        "Write about a crab at the barn.\n1. Use the word hat.\n2. Use 2 bullets.\n3. Add a postscript with P.S.",
    });
  });

  test("uses the given families, as many constraints as asked, and every family in its turn", () => {
    for (const [min, max] of [
      [1, 1],
      [2, 4],
    ]) {
      const families = familyClasses.rare;
      const tasks = tasksOf(
        taskSource({ split: "train", families, minConstraints: min, maxConstraints: max }),
        400,
      );
      expect(new Set(tasks.flatMap(familiesOf))).toEqual(new Set(families));
      const sizes = new Set(tasks.map(({ constraints }) => constraints.length));
      expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([min, max]);
    }
  });

  test("never puts two constraints together that exclude each other", () => {
    for (const task of Object.values(bySplit).flat()) {
      task.constraints.forEach((first, index) => {
        for (const second of task.constraints.slice(0, index)) expect(clash(first, second)).toBeNull();
      });
    }
  });

  test("draws every trainable family about as often", () => {
    const counts = trainableFamilies.map(
      (family) => bySplit.train.filter((task) => familiesOf(task).includes(family)).length,
    );
    expect(Math.min(...counts)).toBeGreaterThan(Math.max(...counts) / 3);
  });

  test("refuses families that cannot fill a task", () => {
    const source = taskSource({ split: "train", families: ["lowercase", "capitals"] });
    expect(() => source.task(0)).toThrow(expect.objectContaining({ code: "TASK_INVALID" }));
  });
});
