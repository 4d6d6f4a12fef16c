import fc from "fast-check";
import { expect, test } from "vitest";
import { areaUnderCurve } from "./area";
import { bootstrapMean } from "./bootstrap";
import { estimateMean } from "./estimate";
import { holm } from "./holm";
import { signFlipTest } from "./sign_flip";
import { studentQuantile } from "./student";

test("quantiles of Student's distribution are those of the tables", () => {
  // Abramowitz and Stegun, table 26.10, and the closed forms of one and two degrees of freedom.
  const tables: [number, number, number][] = [
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 4, 2.776],
    [0.975, 9, 2.262],
    [0.975, 10, 2.228],
    [0.975, 29, 2.045],
    [0.975, 120, 1.98],
    [0.95, 5, 2.015],
    [0.9995, 3, 12.924],
    [0.75, 7, 0.711],
  ];
  for (const [p, freedom, t] of tables) expect(studentQuantile(p, freedom)).toBeCloseTo(t, 3);
  expect(studentQuantile(0.975, 1)).toBeCloseTo(Math.tan(Math.PI * 0.475), 8);
  expect(studentQuantile(0.975, 2)).toBeCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 * 0.95)), 10);
  expect(studentQuantile(0.5, 6)).toBeCloseTo(0, 10);
  expect(studentQuantile(0.025, 9)).toBe(-studentQuantile(0.975, 9));
});

test("a mean with its interval, by hand", () => {
  // 1, 2, 3, 4: mean 2.5, s² = 5/3, t(3) = 3.18245: half = 3.18245 · √(5/12).
  const { n, mean, low, high } = estimateMean([1, 2, 3, 4]);
  expect([n, mean]).toEqual([4, 2.5]);
  expect(low).toBeCloseTo(2.5 - 3.182446 * Math.sqrt(5 / 12), 5);
  expect(high).toBeCloseTo(2.5 + 3.182446 * Math.sqrt(5 / 12), 5);
  expect(estimateMean([7])).toEqual({ n: 1, mean: 7, low: null, high: null });
  expect(estimateMean([])).toEqual({ n: 0, mean: null, low: null, high: null });
});

test("about 95 % of intervals hold the true mean", () => {
  // Sums of two draws from 0 … 9, whose mean is 9, by a generator of Park and Miller.
  let held = 0;
  let state = 1;
  const draw = () => (state = (state * 48271) % 2147483647) % 10;
  for (let i = 0; i < 4000; i++) {
    const { low, high } = estimateMean(Array.from({ length: 8 }, () => draw() + draw()));
    if (low! <= 9 && 9 <= high!) held++;
  }
  expect(held / 4000).toBeGreaterThan(0.935);
  expect(held / 4000).toBeLessThan(0.965);
});

test("the sign-flip test counts patterns of signs", () => {
  // All of one sign: only the pattern itself and its mirror are as extreme.
  expect(signFlipTest([1, 2, 3, 4, 5])).toBe(2 / 32);
  expect(signFlipTest([-1, -2, -3, -4, -5, -6, -7, -8, -9, -10])).toBe(2 / 1024);
  // Sums of ±1 ±2 ±4: 7, 5, 3, 1 and their mirrors; 1 + 4 − 2 = 3 is reached by six of eight.
  expect(signFlipTest([1, -2, 4])).toBe(6 / 8);
  expect(signFlipTest([3, -3])).toBe(1);
  expect(signFlipTest([0, 0, 0])).toBe(1);
  expect(signFlipTest([])).toBe(1);
  // A pair without a difference changes no share.
  expect(signFlipTest([1, 2, 3, 0])).toBe(2 / 8);
});

test("beyond 16 pairs the drawn share is close to the exact one", () => {
  // 20 pairs of ±1 with 15 up: P(|sum| ≥ 10) = 2 · Σ_{k ≥ 15} C(20, k) / 2^20 = 0.041389.
  const signs = Array.from({ length: 20 }, (_, i) => (i < 15 ? 1 : -1));
  expect(signFlipTest(signs)).toBeCloseTo(0.041389, 2);
  expect(signFlipTest(signs)).toBe(signFlipTest(signs));
  // No pattern drawn is as extreme as forty of one sign: the observed one alone counts.
  expect(signFlipTest(Array.from({ length: 40 }, (_, i) => 1 + i))).toBe(1 / 65_537);
});

test("the sign-flip test knows no direction, scale or order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 10 }), (values) => {
      const p = signFlipTest(values);
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThanOrEqual(1);
      expect(signFlipTest(values.map((v) => -v))).toBe(p);
      expect(signFlipTest(values.map((v) => v / 7))).toBe(p);
      expect(signFlipTest([...values].reverse())).toBe(p);
    }),
  );
});

test("Holm's correction by hand", () => {
  // Sorted .01 .02 .03 .04 times 4 3 2 1: .04 .06 .06 .06 (never falling).
  expect(holm([0.03, 0.01, 0.04, 0.02])).toEqual([0.06, 0.04, 0.06, 0.06]);
  expect(holm([0.6, 0.9])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

test("Holm's correction never lowers a p value and keeps their order", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (ps) => {
      const adjusted = holm(ps);
      adjusted.forEach((p, i) => expect(p).toBeGreaterThanOrEqual(ps[i]));
      expect(Math.max(...adjusted)).toBeLessThanOrEqual(1);
      const order = ps.map((_, i) => i).sort((a, b) => ps[a] - ps[b]);
      order.slice(1).forEach((i, rank) => expect(adjusted[i]).toBeGreaterThanOrEqual(adjusted[order[rank]]));
    }),
  );
});

test("the bootstrap interval is near Student's for many numbers, and the same every time", () => {
  const values = Array.from({ length: 60 }, (_, i) => (i * 37) % 60);
  const student = estimateMean(values);
  const { low, high } = bootstrapMean(values);
  expect(Math.abs(low! - student.low!)).toBeLessThan(0.4);
  expect(Math.abs(high! - student.high!)).toBeLessThan(0.4);
  expect(bootstrapMean(values)).toEqual({ low, high });
  expect(bootstrapMean([2, 2, 2])).toEqual({ low: 2, high: 2 });
  expect(bootstrapMean([2])).toEqual({ low: null, high: null });
});

test("the area under a curve is its mean height", () => {
  const points = (xy: [number, number][]) => xy.map(([x, y]) => ({ x, y }));
  // Two trapezoids: 10 · .5 and 30 · .75 over 40.
  expect(areaUnderCurve(points([[0, 0], [10, 1], [40, 0.5]]))).toBeCloseTo((5 + 22.5) / 40, 12); // prettier-ignore
  expect(areaUnderCurve(points([[3, 0.4], [9, 0.4]]))).toBeCloseTo(0.4, 12); // prettier-ignore
  expect(areaUnderCurve(points([[0, 1], [0, 2]]))).toBeNull(); // prettier-ignore
  expect(areaUnderCurve(points([[0, 1]]))).toBeNull();
});
