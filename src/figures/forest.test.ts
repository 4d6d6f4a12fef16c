import { expect, test } from "vitest";
import { estimateDots } from "./estimate_dots";
import { decimal, signed } from "./format";
import { forest, type ForestRow } from "./forest";
import type { SvgNode } from "./svg";

const all = (root: SvgNode, tag: string): SvgNode[] =>
  [...(root.tag === tag ? [root] : [])].concat(
    root.children.flatMap((child) => (typeof child === "string" ? [] : all(child, tag))),
  );
const texts = (root: SvgNode) => all(root, "text").map(({ children }) => children.join(""));
const row: ForestRow = {
  ...{ label: "HeRL − RLVR", mean: 0.1, low: 0.05, high: 0.15, n: 30, isSignificant: true },
  ...{ expected: "above", margin: 0 },
};

test.each([340, 900])("a difference stands on its axis, its interval too, at %i pixels", (width) => {
  const picture = forest([{ heading: "pocket", rows: [row] }], width, (value) => signed(value, 2));
  const ticks = all(picture, "text")
    .filter(({ attributes }) => attributes["text-anchor"] === "middle")
    .map(({ attributes, children }) => ({
      x: Number(attributes["x"]),
      value: Number((children[0] as string).replace("−", "-")),
    }));
  expect(ticks.length).toBeGreaterThan(1);
  const [first, last] = [ticks[0], ticks[ticks.length - 1]];
  const unit = (last.x - first.x) / (last.value - first.value);
  const zero = ticks.find(({ value }) => value === 0)!.x;
  const [mark] = all(picture, "circle");
  expect(Number(mark.attributes["cx"])).toBeCloseTo(zero + 0.1 * unit, 1);
  const interval = all(picture, "line").find(({ attributes: { x1, x2, y1, y2 } }) => y1 === y2 && x1 !== x2)!;
  expect(Number(interval.attributes["x1"])).toBeCloseTo(zero + 0.05 * unit, 1);
  expect(Number(interval.attributes["x2"])).toBeCloseTo(zero + 0.15 * unit, 1);
  expect(texts(picture)).toContain("+0.10 · 30");
});

test("only what is significant is filled; what has not been run has no mark", () => {
  const fill = (own: Partial<ForestRow>) =>
    all(forest([{ heading: "", rows: [{ ...row, ...own }] }], 600, String), "circle").map(
      ({ attributes }) => attributes["fill"],
    );
  expect(fill({})).toEqual(["var(--ink)"]);
  expect(fill({ isSignificant: false })).toEqual(["var(--paper)"]);
  const empty = { mean: null, low: null, high: null, n: 0, isSignificant: false };
  expect(fill(empty)).toEqual([]);
  expect(texts(forest([{ heading: "", rows: [{ ...row, ...empty }] }], 600, String))).toContain(
    "not run yet",
  );
});

test("the arrow points to the side that is expected; brackets stand at the margin", () => {
  const paths = (own: Partial<ForestRow>) =>
    all(forest([{ heading: "", rows: [{ ...row, ...own }] }], 600, String), "path").map(
      ({ attributes }) => attributes["d"],
    );
  expect(paths({})).toHaveLength(1);
  expect(paths({})[0]).toMatch(/l5,5l-5,5$/);
  // At the edge of its side.
  expect(Number(/^M([\d.]+)/.exec(paths({})[0])![1])).toBeGreaterThan(450);
  expect(paths({ expected: "below" })[0]).toMatch(/l-5,5l5,5$/);
  expect(paths({ expected: "equal", margin: 0.05 })).toHaveLength(2);
});

test("estimates of all panels share a scale; a dashed line tells where they began", () => {
  const dots = (mean: number) => ({ label: "arm", mean, low: mean - 0.01, high: mean + 0.01, n: 10 });
  const picture = estimateDots(
    [
      { heading: "one", rows: [dots(0.4), dots(0.6)], start: 0.3 },
      { heading: "two", rows: [dots(0.4), { ...dots(0), mean: null, low: null, high: null }], start: null },
    ],
    700,
    (value) => decimal(value, 3),
  );
  const marks = all(picture, "circle").map(({ attributes }) => attributes["cx"]);
  expect(marks).toHaveLength(3);
  expect(marks[0]).toBe(marks[2]);
  expect(Number(marks[1])).toBeGreaterThan(Number(marks[0]));
  const dashed = all(picture, "line").filter(({ attributes }) => attributes["stroke-dasharray"]);
  expect(dashed).toHaveLength(1);
  expect(Number(dashed[0].attributes["x1"])).toBeLessThan(Number(marks[0]));
  expect(texts(picture)).toContain("–");
});
