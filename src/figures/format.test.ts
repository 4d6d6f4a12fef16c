import { expect, test } from "vitest";
import { decimated } from "./decimate";
import { count, decimal, percent, probability, signed, significant, signedSignificant } from "./format";

test("numbers as people read them", () => {
  expect([0.71, -0.014, -0.001, 0].map((x) => decimal(x))).toEqual(["0.71", "−0.01", "0.00", "0.00"]);
  expect([0.871, -1.674, 0.001, -0.001].map((x) => signed(x))).toEqual(["+0.87", "−1.67", "0.00", "0.00"]);
  expect([0.0123456, 1.2, 0, -4.123e-5, 12345678].map((x) => significant(x))).toEqual([
    "0.0123",
    "1.2",
    "0",
    "−4.1e−5",
    "1.2e7",
  ]);
  expect(signedSignificant(0.0125)).toBe("+0.0125");
  expect([0.061, 0, 4.1234e-5].map(probability)).toEqual(["0.061", "0.000", "4.1e−5"]);
  expect([0.38, 0.004, 0, 1].map(percent)).toEqual(["38\u202f%", "0.4\u202f%", "0\u202f%", "100\u202f%"]);
  expect([7, 1153, 1234567].map(count)).toEqual(["7", "1,153", "1,234,567"]);
  for (const write of [decimal, signed, significant, probability, percent])
    for (const odd of [NaN, Infinity, -Infinity]) expect(() => write(odd)).not.toThrow();
});

test("a decimated line keeps its ends, its extremes and its gaps, and is within its limit", () => {
  const points = Array.from({ length: 10_000 }, (_, x) => ({
    x,
    y: x === 4321 ? 99 : x === 7777 ? -99 : x === 5000 ? null : x % 7,
  }));
  const kept = decimated(points, 800);
  expect(kept.length).toBeLessThanOrEqual(1000);
  expect(kept[0]).toBe(points[0]);
  expect(kept.at(-1)).toBe(points.at(-1));
  for (const x of [4321, 7777, 5000]) expect(kept).toContain(points[x]);
  expect(kept.every((point, i) => i === 0 || kept[i - 1].x < point.x)).toBe(true);
  expect(decimated(points.slice(0, 800), 800)).toHaveLength(800);
});
