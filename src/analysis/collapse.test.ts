import { describe, expect, test } from "vitest";
import { collapseOf, newWatch, watchCollapse, type CollapsePoint } from "./collapse";

const limits = { window: 2, entropy: 0.2, length: 0.5, reward: 0.5 };
const healthy: Omit<CollapsePoint, "step"> = { entropy: 1, length: 40, clipped: 0, reward: 0.5 };

/** Updates 1, 2, 3 …, healthy but for what is given. */
const run = (...changes: Partial<CollapsePoint>[]): CollapsePoint[] =>
  changes.map((change, i) => ({ step: i + 1, ...healthy, ...change }));

test("a healthy run has none, however short", () => {
  expect(collapseOf([], limits)).toEqual([]);
  expect(collapseOf(run({}), limits)).toEqual([]);
  expect(collapseOf(run({}, {}, {}, {}), limits)).toEqual([]);
});

describe("entropy", () => {
  test("is found where the window's mean falls below its share of the first update's, and told once", () => {
    // Means: 0.6, 0.2 (not below 0.2), 0.15, 0.05.
    const history = run({}, { entropy: 0.2 }, { entropy: 0.2 }, { entropy: 0.1 }, { entropy: 0 });
    const [collapse, ...others] = collapseOf(history, limits);
    expect(collapse).toMatchObject({ kind: "entropy", step: 4, from: 1 });
    expect(collapse.value).toBeCloseTo(0.15, 12);
    expect(others).toEqual([]);
  });

  test("updates without it do not count, and a share of 0 never does", () => {
    expect(collapseOf(run({}, { entropy: null }, { entropy: null }, { entropy: 0.1 }), limits)).toEqual([
      { kind: "entropy", step: 4, value: 0.1, from: 1 },
    ]);
    const dead = run({}, { entropy: 0 }, { entropy: 0 }, { entropy: 0 });
    expect(collapseOf(dead, { ...limits, entropy: 0 })).toEqual([]);
  });
});

describe("length", () => {
  test("is found where responses become short", () => {
    expect(collapseOf(run({}, { length: 19 }, { length: 19 }), limits)).toEqual([
      { kind: "length", step: 3, value: 19, from: 40 },
    ]);
  });

  test("or where as good as all are cut off, unless the first ones were", () => {
    const cut = { length: 128, clipped: 1 };
    expect(collapseOf(run({}, cut, cut), limits)).toEqual([
      { kind: "length", step: 3, value: 128, from: 40 },
    ]);
    expect(collapseOf(run({}, cut, { ...cut, clipped: 0.8 }), limits)).toEqual([]);
    expect(collapseOf(run(cut, cut, cut), limits)).toEqual([]);
    expect(collapseOf(run({}, cut, cut), { ...limits, length: 0 })).toEqual([]);
  });
});

describe("reward", () => {
  test("is compared with the best mean so far", () => {
    const history = run({ reward: 0.1 }, { reward: 0.7 }, { reward: 0.9 }, { reward: 0.2 }, { reward: 0.2 });
    // Means: 0.4, 0.8, 0.55, 0.2.
    const [collapse] = collapseOf(history, limits);
    expect(collapse).toMatchObject({ kind: "reward", step: 5 });
    expect(collapse.from).toBeCloseTo(0.8, 12);
    expect(collapse.value).toBeCloseTo(0.2, 12);
  });

  test("a loss of less than a tenth is noise, where rewards are small", () => {
    const rare = run({ reward: 0.09 }, { reward: 0.09 }, { reward: 0 }, { reward: 0 });
    expect(collapseOf(rare, limits)).toEqual([]);
  });
});

test("several kinds at once, and what is remembered fits into a window", () => {
  const dead = { entropy: 0, length: 1, reward: 0 };
  const history = run({}, {}, dead, dead, dead);
  expect(collapseOf(history, limits).map(({ kind, step }) => [kind, step])).toEqual([
    ["entropy", 4],
    ["length", 4],
    ["reward", 4],
  ]);
  const watch = history.reduce((w, point) => watchCollapse(w, point, limits).watch, newWatch);
  expect(watch.recent.map(({ step }) => step)).toEqual([4, 5]);
  expect(watch.found).toEqual(["entropy", "length", "reward"]);
});
