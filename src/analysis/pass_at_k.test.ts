import { describe, expect, test } from "vitest";
import { meanPassAtK, passAtK, toldBudgets } from "./pass_at_k";

/** C(n, k), exactly. */
function choose(n: number, k: number): bigint {
  if (k > n) return 0n;
  let result = 1n;
  for (let i = 1; i <= k; i++) result = (result * BigInt(n - k + i)) / BigInt(i);
  return result;
}

/** 1 − C(n−c, k) / C(n, k), rounded once: 2⁶⁴ steps are finer than a double. */
function exact(n: number, c: number, k: number): number {
  const scale = 1n << 64n;
  const passing = choose(n, k) - choose(n - c, k);
  return Number((passing * scale) / choose(n, k)) / Number(scale);
}

describe("Pass@k", () => {
  test("is 1 − C(n−c, k) / C(n, k), for every c and k up to 64 samples and beyond", () => {
    let worst = 0;
    for (const n of [1, 2, 7, 64, 90])
      for (let c = 0; c <= n; c++)
        for (let k = 1; k <= n; k++) worst = Math.max(worst, Math.abs(passAtK(n, c, k) - exact(n, c, k)));
    expect(worst).toBeLessThan(4e-15);
  });

  test("one sample: the share that passed; all of them: whether any did", () => {
    expect(passAtK(8, 3, 1)).toBeCloseTo(3 / 8, 15);
    expect(passAtK(8, 0, 8)).toBe(0);
    expect(passAtK(8, 1, 8)).toBe(1);
  });

  test("is unbiased: its mean over every outcome of n samples is 1 − (1 − p)^k", () => {
    const [n, p] = [6, 0.3];
    const power = (base: number, times: number) =>
      Array<number>(times)
        .fill(base)
        .reduce((a, b) => a * b, 1);
    for (let k = 1; k <= n; k++) {
      let mean = 0;
      for (let c = 0; c <= n; c++)
        mean += Number(choose(n, c)) * power(p, c) * power(1 - p, n - c) * passAtK(n, c, k);
      expect(mean).toBeCloseTo(1 - power(1 - p, k), 12);
    }
  });

  test("over tasks: the mean of those with enough graded samples, and its interval", () => {
    const counts = [
      { graded: 4, passed: 0 },
      { graded: 4, passed: 2 },
      { graded: 1, passed: 1 },
    ];
    expect(meanPassAtK(counts, 1)).toMatchObject({ n: 3, mean: 0.5 });
    const two = meanPassAtK(counts, 2);
    expect(two.n).toBe(2);
    expect(two.mean).toBeCloseTo(5 / 12, 12);
    expect(two.low).toBeLessThan(two.mean!);
    expect(two.high).toBeGreaterThan(two.mean!);
    expect(meanPassAtK(counts, 5)).toEqual({ n: 0, mean: null, low: null, high: null });
  });

  test("is told at powers of two and at the end", () => {
    expect(toldBudgets(64)).toEqual([1, 2, 4, 8, 16, 32, 64]);
    expect(toldBudgets(6)).toEqual([1, 2, 4, 6]);
    expect(toldBudgets(1)).toEqual([1]);
  });
});
