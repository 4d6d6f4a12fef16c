import { describe, expect, test } from "vitest";
import type { Task } from "../rubric/schema";
import { fileTasks, isHeldOut } from "./file_world";
import { hashTaskLines, readTaskLines, taskLines } from "./task_lines";

const task = (id: string): Task => ({
  id,
  prompt: `Write ${id}.`,
  rubric: [{ text: "Is short.", weight: 1, polarity: "want", check: { by: "judge" } }],
});
const tasks = Array.from({ length: 1000 }, (_, index) => task(`task-${index}`));
const ids = (list: readonly Task[]) => list.map(({ id }) => id);

describe("sides", () => {
  const held = (share: number) => new Set(ids(fileTasks(tasks, { seed: 0, heldout: share }).heldout));

  test("about the share is held out, and a larger share holds out the same ones and more", () => {
    expect(held(0).size).toBe(0);
    // Five standard deviations of a binomial count are 63.
    expect(Math.abs(held(0.2).size - 200)).toBeLessThan(63);
    expect(Math.abs(held(0.5).size - 500)).toBeLessThan(79);
    expect([...held(0.2)].every((id) => held(0.5).has(id))).toBe(true);
  });

  test("hang on the key alone: not on the seed, the order or the tasks around it", () => {
    const { heldout } = fileTasks(tasks, { seed: 0, heldout: 0.2 });
    const some = tasks.filter((_, index) => index % 3 === 0).reverse();
    const few = fileTasks(some, { seed: 9, heldout: 0.2 }).heldout;
    expect(few).toEqual(heldout.filter((t) => some.includes(t)));
    expect(few.every(({ id }) => isHeldOut(id, 0.2))).toBe(true);
  });

  test("nothing left to train on is an error", () => {
    expect(() => fileTasks(tasks, { seed: 0, heldout: 1 })).toThrow(
      expect.objectContaining({ code: "TASK_INVALID", cure: expect.stringContaining("world.heldout") }),
    );
  });
});

describe("the order of training", () => {
  const pass = (seed: number, number: number) => {
    const { training } = fileTasks(tasks.slice(0, 50), { seed, heldout: 0.2 });
    const count = tasks.slice(0, 50).filter(({ id }) => !isHeldOut(id, 0.2)).length;
    return ids(Array.from({ length: count }, (_, index) => training(number * count + index)));
  };

  test("has every training task once a pass, and none that is held out", () => {
    const expected = ids(tasks.slice(0, 50)).filter((id) => !isHeldOut(id, 0.2));
    expect(pass(3, 0).sort()).toEqual(expected.sort());
    expect(pass(3, 1).sort()).toEqual(expected.sort());
  });

  test("is drawn anew from the seed for every pass, and any index can be asked for at any time", () => {
    expect(pass(3, 0)).not.toEqual(pass(3, 1));
    expect(pass(3, 0)).not.toEqual(pass(4, 0));
    expect(pass(3, 0)).toEqual(pass(3, 0));
    const { training } = fileTasks(tasks, { seed: 1, heldout: 0.2 });
    const [late, early] = [training(5000), training(0)];
    expect([training(0), training(5000)]).toEqual([early, late]);
  });
});

describe("the lines that a run keeps", () => {
  const odd: Task = {
    id: "\ud800 odd",
    prompt: "Line\nend\u2028 and \udc00",
    rubric: [
      {
        text: "t",
        weight: 0.1,
        polarity: "avoid",
        check: { by: "code", verifier: "keywords:existence", kwargs: { keywords: ["é"], n: 5 } },
      },
    ],
  };

  test("give the same tasks back, and the same lines and hash again", () => {
    const lines = taskLines([odd, ...tasks]);
    expect(readTaskLines(lines)).toEqual([odd, ...tasks]);
    expect(taskLines(readTaskLines(lines))).toBe(lines);
    expect(hashTaskLines(lines)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashTaskLines(taskLines(tasks))).not.toBe(hashTaskLines(lines));
  });

  test("do not hang on the order of fields", () => {
    const { id, prompt, rubric } = tasks[0];
    const turned = { rubric: rubric.map(({ check, ...item }) => ({ check, ...item })), prompt, id };
    expect(taskLines([turned])).toBe(taskLines([tasks[0]]));
  });
});
