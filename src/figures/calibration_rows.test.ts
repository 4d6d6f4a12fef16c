import { expect, test } from "vitest";
import { calibrationRows, type CalibrationRow } from "./calibration_rows";
import type { SvgNode } from "./svg";

const row: CalibrationRow = {
  label: "punctuation:no_comma",
  cases: 40,
  accuracy: { share: 0.8, low: 0.65, high: 0.9 },
  falsePasses: 0.25,
  falseFails: null,
};
const nodes = (picture: SvgNode, tag: string) =>
  picture.children.filter((child): child is SvgNode => typeof child !== "string" && child.tag === tag);
const texts = (picture: SvgNode) => nodes(picture, "text").map(({ children }) => children.join(""));

test("the point and the ends of its interval stand on the axis, the threshold too", () => {
  const picture = calibrationRows([row], 600, { threshold: 0.8 });
  const x = (share: number) => 4 + share * (600 * 0.54 - 4);
  expect(Number(nodes(picture, "circle")[0].attributes["cx"])).toBeCloseTo(x(0.8), 2);
  const lines = nodes(picture, "line").map(({ attributes }) => attributes);
  const dashed = lines.find((line) => line["stroke-dasharray"])!;
  expect(Number(dashed["x1"])).toBeCloseTo(x(0.8), 2);
  const interval = lines.find(
    (line) => Math.abs(Number(line["x1"]) - x(0.65)) < 0.01 && line["y1"] === line["y2"],
  )!;
  expect(Number(interval["x2"])).toBeCloseTo(x(0.9), 2);
});

test("bars are as long as their shares; what was not counted has a dash and no bar", () => {
  const picture = calibrationRows([row], 600, { threshold: 0.8 });
  const widths = nodes(picture, "rect").map(({ attributes }) => Number(attributes["width"]));
  expect(widths).toEqual([102, 25.5, 102, 0]);
  expect(texts(picture)).toContain("25\u202f%");
  expect(texts(picture)).toContain("–");
});

test("an item that nothing was decided of has no point", () => {
  const none = { share: null, low: null, high: null };
  expect(nodes(calibrationRows([{ ...row, accuracy: none }], 300, { threshold: 0.8 }), "circle")).toEqual([]);
});

test("labels fit the width of a phone", () => {
  const long = { ...row, label: "length_constraints:nth_paragraph_first_word" };
  expect(texts(calibrationRows([long], 330, { threshold: 0.8 })).find((t) => t.startsWith("length"))).toMatch(
    /…$/,
  );
});
