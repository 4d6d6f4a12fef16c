import { expect, test } from "vitest";
import {
  bandScales,
  bandsCursor,
  bandsFigure,
  bandShapes,
  bandsX,
  pointAt,
  type BandsData,
  type BandSeries,
} from "./bands";
import { seriesLook } from "./series_looks";
import type { SvgNode } from "./svg";

const layout = {
  ...{ width: 400, height: 200, xMax: 100, xName: "responses", atLeast: [0, 1] as const },
  ...{ formatX: String, formatY: String },
};
const points = [0, 50, 100].map((x, i) => ({ x, y: [0.1, 0.5, 0.7][i] }));
const series = (changes: Partial<BandSeries> = {}): BandSeries => ({
  ...{ name: "HeRL", look: seriesLook(0), line: points, raw: [], band: [], singles: [], rank: "plain" },
  ...changes,
});
const data = (...all: BandSeries[]): BandsData => ({ series: all, references: [] });
const paths = (figure: SvgNode) =>
  figure.children.filter((child): child is SvgNode => typeof child !== "string" && child.tag === "path");

test("a series is its band, its single runs, its raw line and its line, from the back to the front", () => {
  const band = points.map(({ x, y }) => ({ x, low: y - 0.1, high: y + 0.1 }));
  const full = data(series({ band, raw: points, singles: [points, points] }), series({ rank: "pinned" }));
  const shapes = bandShapes(full, layout, bandScales(full, layout));
  expect(shapes.map(({ kind, width }) => `${kind} ${width}`)).toEqual([
    ...["area 0", "line 1", "line 1", "line 1"],
    ...["line 1.6", "line 2.75"],
  ]);
  const { x, y } = bandScales(full, layout);
  expect(shapes[0].points[0]).toEqual([x(0), y(0.2)]);
  expect(shapes[0].points.at(-1)).toEqual([x(0), y(0)]);
  expect(shapes[0].points).toHaveLength(6);
  expect(paths(bandsFigure(full, layout))).toHaveLength(6);
});

test("pinned series are drawn last, and what stands back is pale", () => {
  const shapes = bandShapes(
    data(series({ rank: "pinned" }), series({ rank: "back" })),
    layout,
    bandScales(data(series()), layout),
  );
  expect(shapes.map(({ width, opacity }) => [width, opacity])).toEqual([
    [1.6, 0.4],
    [2.75, 1],
  ]);
});

test("a gap breaks the line; the axis reaches every line, band and reference", () => {
  const gap = data(series({ line: [points[0], { x: 20, y: null }, ...points.slice(1)] }));
  const [path] = paths(bandsFigure(gap, layout));
  expect(path.attributes["d"].match(/M/g)).toHaveLength(2);
  const high = { series: [series({ band: [{ x: 0, low: -0.5, high: 1.3 }] })], references: [{ label: "paper", y: 2.1 }] }; // prettier-ignore
  const [low, top] = bandScales(high, layout).y.domain();
  expect(low).toBeLessThanOrEqual(-0.5);
  expect(top).toBeGreaterThanOrEqual(2.1);
  const texts = JSON.stringify(bandsFigure(high, layout));
  expect(texts).toContain("paper");
});

test("labels of close references do not cover each other", () => {
  const close = [0.5, 0.505, 0.9].map((y) => ({ label: `paper: ${y}`, y }));
  const figure = bandsFigure({ series: [series()], references: close }, layout);
  const tops = figure.children.flatMap((child) =>
    typeof child !== "string" && String(child.children[0]).startsWith("paper")
      ? [Number(child.attributes["y"])]
      : [],
  );
  expect(tops).toHaveLength(3);
  expect(tops[1]).toBeGreaterThan(tops[0]);
  expect(tops[2] - tops[1]).toBeGreaterThanOrEqual(11);
});

test("the cursor reads the nearest known point of every series, and pixels lead back to x", () => {
  expect(pointAt(points, 20)).toEqual(points[0]);
  expect(pointAt(points, 30)).toEqual(points[1]);
  expect(pointAt(points, 1e9)).toEqual(points[2]);
  expect(pointAt([{ x: 0, y: null }, points[1], { x: 60, y: null }], 70)).toEqual(points[1]);
  expect(pointAt([{ x: 0, y: null }], 3)).toBeNull();
  expect(pointAt([], 3)).toBeNull();
  const scales = bandScales(data(series()), layout);
  expect(bandsX(scales.x(40), layout)).toBeCloseTo(40, 8);
  expect(bandsX(-10, layout)).toBe(0);
  const nodes = bandsCursor(data(series(), series({ rank: "back" })), layout, scales, 40);
  expect(nodes.map(({ tag }) => tag)).toEqual(["line", "circle"]);
});

test("twenty-four looks differ, and neighbours in colour and in dash", () => {
  const looks = Array.from({ length: 24 }, (_, i) => seriesLook(i));
  expect(new Set(looks.map((look) => JSON.stringify(look))).size).toBe(24);
  for (let i = 1; i < 24; i++) {
    expect(looks[i].colour).not.toBe(looks[i - 1].colour);
    expect(looks[i].dash).not.toEqual(looks[i - 1].dash);
  }
});
