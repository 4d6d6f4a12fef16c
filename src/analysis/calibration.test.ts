import { expect, test } from "vitest";
import { RandomStream } from "../kernels/random/random";
import { calibrationNumbers, cohensKappa, reliability, type CalibrationCase } from "./calibration";
import { quantile, rate } from "./intervals";

const cases = (
  count: number,
  truth: boolean,
  verdicts: readonly (boolean | null)[],
  item = "a",
): CalibrationCase[] => Array.from({ length: count }, () => ({ item, truth, verdicts }));

test("Wilson's interval, as published tables have it", () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
  for (const [count, of, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ]) {
    const found = rate(count, of);
    expect([found.low, found.high]).toEqual([expect.closeTo(low, 4), expect.closeTo(high, 4)]);
  }
  expect(rate(20, 20)).toMatchObject({ share: 1, high: 1, low: expect.closeTo(1 - 0.1611, 4) as number });
  expect(rate(0, 0)).toEqual({ count: 0, of: 0, share: null, low: null, high: null });
});

test("Wilson's interval holds the share in about 95 % of samples", () => {
  const stream = RandomStream.of(0, "wilson");
  const held = Array.from({ length: 2000 }, () => {
    const count = Array.from({ length: 40 }, () => stream.chance(0.8)).filter(Boolean).length;
    const { low, high } = rate(count, 40);
    return low! <= 0.8 && 0.8 <= high!;
  }).filter(Boolean).length;
  expect(held / 2000).toBeGreaterThan(0.925);
  expect(held / 2000).toBeLessThan(0.975);
});

test("quantiles interpolate between order statistics", () => {
  expect(quantile([], 0.5)).toBeNull();
  expect(quantile([7], 0.95)).toBe(7);
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10, 20, 30, 40, 50], 0.95)).toBeCloseTo(48, 12);
});

test("κ and its standard error by hand", () => {
  // p_o = 0.7, p_e = 0.5·0.6 + 0.5·0.4 = 0.5, κ = 0.4. The three sums of equation 13:
  // 0.4·(0.5 − 1.1·0.3)² + 0.3·(0.5 − 0.9·0.3)² = 0.02743; 0.3²·(0.1·1.1² + 0.2·0.9²) = 0.02547; 0.05² = 0.0025.
  const kappa = cohensKappa({ truePasses: 20, falsePasses: 5, falseFails: 10, trueFails: 15 });
  const error = Math.sqrt((0.02743 + 0.02547 - 0.0025) / (50 * 0.0625));
  expect(kappa.value).toBeCloseTo(0.4, 12);
  expect(kappa.low).toBeCloseTo(0.4 - 1.959963984540054 * error, 12);
  expect(kappa.high).toBeCloseTo(0.4 + 1.959963984540054 * error, 12);
});

test("κ's interval holds the true value in about 95 % of samples", () => {
  // The judge errs in a fifth of the cases, three fifths of which are satisfied: κ = (0.8 − 0.512) / (1 − 0.512).
  const truth = (0.8 - (0.56 * 0.6 + 0.44 * 0.4)) / (1 - (0.56 * 0.6 + 0.44 * 0.4));
  const stream = RandomStream.of(0, "kappa");
  const held = Array.from({ length: 1000 }, () => {
    const drawn = Array.from({ length: 200 }, () => {
      const satisfied = stream.chance(0.6);
      return { item: "a", truth: satisfied, verdicts: [stream.chance(0.2) ? !satisfied : satisfied] };
    });
    const { low, high } = reliability(drawn).kappa;
    return low! <= truth && truth <= high!;
  }).filter(Boolean).length;
  expect(held / 1000).toBeGreaterThan(0.92);
  expect(held / 1000).toBeLessThan(0.98);
});

test("κ where it has no value, or no interval", () => {
  const none = { truePasses: 0, falsePasses: 0, falseFails: 0, trueFails: 0 };
  expect(cohensKappa(none)).toEqual({ value: null, low: null, high: null });
  expect(cohensKappa({ ...none, truePasses: 9 })).toEqual({ value: null, low: null, high: null });
  // A judge that always passes agrees with code no more than chance would, however often it is right.
  expect(cohensKappa({ ...none, truePasses: 90, falsePasses: 10 })).toEqual({
    value: 0,
    low: null,
    high: null,
  });
  expect(cohensKappa({ ...none, truePasses: 5, trueFails: 5 })).toEqual({ value: 1, low: null, high: null });
  expect(cohensKappa({ ...none, falsePasses: 5, falseFails: 5 }).value).toBe(-1);
});

test("false passes are a share of what is unmet, false fails of what is satisfied, unknown of all", () => {
  const found = reliability([
    ...cases(6, true, [true]),
    ...cases(2, true, [false]),
    ...cases(1, false, [true]),
    ...cases(3, false, [false]),
    ...cases(4, true, [null]),
  ]);
  expect(found.cases).toBe(16);
  expect(found.accuracy).toMatchObject({ count: 9, of: 12, share: 0.75 });
  expect(found.falsePasses).toMatchObject({ count: 1, of: 4, share: 0.25 });
  expect(found.falseFails).toMatchObject({ count: 2, of: 8, share: 0.25 });
  expect(found.unknown).toMatchObject({ count: 4, of: 16, share: 0.25 });
  expect(found.agreement.of).toBe(0);
});

test("repeats count for the agreement with itself alone, unknown ones for nothing", () => {
  const found = reliability([
    ...cases(3, true, [true, true, true]),
    ...cases(1, true, [true, false, true]),
    ...cases(2, true, [true, null, true]),
    ...cases(5, true, [true, null, null]),
    ...cases(1, false, [null, true, false]),
  ]);
  expect(found.accuracy).toMatchObject({ count: 11, of: 11 });
  expect(found.unknown).toMatchObject({ count: 1, of: 12 });
  expect(found.agreement).toMatchObject({ count: 5, of: 7 });
});

test("items are counted apart, in the order of the alphabet", () => {
  const { overall, items } = calibrationNumbers([
    ...cases(2, true, [true], "b"),
    ...cases(2, false, [true], "a"),
  ]);
  expect(overall.accuracy).toMatchObject({ count: 2, of: 4 });
  expect(Object.keys(items)).toEqual(["a", "b"]);
  expect(items["a"].falsePasses).toMatchObject({ count: 2, of: 2 });
  expect(items["b"].falsePasses.share).toBeNull();
});
