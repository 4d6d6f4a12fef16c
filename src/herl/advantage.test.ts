import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bonuses, groupAdvantages, groupRows } from "./advantage";
import type { AdvantageConfig } from "./config";
import { revision, samples } from "./testing/samples";
import { methodConfig } from "./testing/tiny_world";

/** The advantages of rollouts with these rewards and, behind them, a revision. */
function advantages(rewards: readonly number[], overrides: Partial<AdvantageConfig> = {}, revised?: number) {
  const rows = [
    ...rewards.map((reward) => ({ source: "rollout" as const, reward })),
    ...(revised === undefined ? [] : [{ source: "revision" as const, reward: revised }]),
  ];
  return groupAdvantages(rows, methodConfig({ advantage: overrides }).advantage);
}

const expectNumbers = (actual: readonly number[], expected: readonly number[], digits = 5) => {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, digits));
};

describe("equation (10): rewards in deviations from their group's mean", () => {
  test("one revision at 0.9 beside seven rollouts at 0.5, by the sample deviation", () => {
    // mean 0.55; Σ(r − mean)² = 7 · 0.0025 + 0.1225 = 0.14; 0.14 / 7 = 0.02, and √0.02 = 0.14142.
    const actual = advantages(new Array(7).fill(0.5), {}, 0.9);
    expectNumbers(actual, [...new Array(7).fill(-0.354), 2.475], 3);
  });

  test("the deviation: sample, population, none", () => {
    // mean 0.5; Σ(r − mean)² = 0.5: √(0.5/2) = 0.5 and √(0.5/3) = 0.408248.
    expectNumbers(advantages([0, 0.5, 1], { std: "sample" }), [-1, 0, 1]);
    expectNumbers(advantages([0, 0.5, 1], { std: "population" }), [-1.224742, 0, 1.224742]);
    expect(advantages([0, 0.5, 1], { std: "none" })).toEqual([-0.5, 0, 0.5]);
  });

  test("1e-6 is added to the deviation", () => {
    expect(advantages([0, 1], { std: "population" })[1]).toBe(0.5 / (0.5 + 1e-6));
  });

  test("a floor under the deviation bounds what small differences can do", () => {
    expectNumbers(advantages([0.5, 0.5, 0.51], { stdFloor: 0.1 }), [-0.033333, -0.033333, 0.066666]);
    // A deviation above the floor is left alone.
    expect(advantages([0, 0.5, 1], { stdFloor: 0.1 })).toEqual(advantages([0, 0.5, 1]));
  });

  test("a baseline of rollouts only: the revision does not move the mean it is measured by", () => {
    // Rollouts: mean 0.3, sample deviation √(0.08/2) = 0.2.
    expectNumbers(advantages([0.1, 0.3, 0.5], { baseline: "rollouts" }, 0.9), [-1, 0, 1, 3], 4);
    expectNumbers(
      advantages([0.1, 0.3, 0.5], { baseline: "rollouts", std: "none" }, 0.9),
      [-0.2, 0, 0.2, 0.6],
    );
    // The group's baseline is another: mean 0.45.
    expectNumbers(advantages([0.1, 0.3, 0.5], { std: "none" }, 0.9), [-0.35, -0.15, 0.05, 0.45]);
  });

  test("rollouts that tie have no deviation: the group's stands in, so that the revision's advantage is no 10^5", () => {
    const tied = { baseline: "rollouts" } as const;
    // mean 0.5 (the rollouts'), deviation 0.2 (of 0.5, 0.5, 0.5 and 0.9)
    expectNumbers(advantages([0.5, 0.5, 0.5], tied, 0.9), [0, 0, 0, 2], 4);
    expectNumbers(advantages([0.5, 0.5, 0.5], { ...tied, stdFloor: 0.2 }, 0.9), [0, 0, 0, 2], 4);
    expectNumbers(advantages([0.5, 0.5, 0.5], { ...tied, std: "none" }, 0.9), [0, 0, 0, 0.4]);
  });
});

describe("rewards that span less than 1e-6 give advantages of exactly 0", () => {
  // 0.1 + 0.2 is not 0.3: in these group sizes the mean is not exact either, and dividing would blow that up.
  test.each([3, 5, 6, 7, 9, 10, 14, 15])("for %d rows that differ by rounding", (n) => {
    const rewards = Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 0.3 : 0.1 + 0.2));
    const mean = rewards.reduce((sum, r) => sum + r, 0) / n;
    expect(rewards.some((r) => r !== mean)).toBe(true);
    for (const std of ["sample", "population", "none"] as const)
      for (const baseline of ["group", "rollouts"] as const)
        expect(advantages(rewards, { std, baseline })).toEqual(new Array(n).fill(0));
  });

  test("and 1e-6 is the border", () => {
    expect(advantages([0.5, 0.5 + 9e-7])).toEqual([0, 0]);
    expect(advantages([0.5, 0.5 + 1.1e-6])[1]).toBeGreaterThan(0.1);
  });

  test("a group of one row or of none teaches nothing", () => {
    expect(advantages([])).toEqual([]);
    expect(advantages([0.7])).toEqual([0]);
    expect(advantages([0.7], { std: "none" })).toEqual([0]);
    expect(advantages([], { baseline: "rollouts" }, 0.7)).toEqual([0]);
  });
});

test("advantages sum to 0 and keep the order of the rewards", () => {
  const rewards = fc.array(
    fc.integer({ min: 0, max: 20 }).map((k) => k / 20),
    { minLength: 2, maxLength: 16 },
  );
  fc.assert(
    fc.property(rewards, fc.constantFrom("sample", "population", "none" as const), (list, std) => {
      const result = advantages(list, { std: std as AdvantageConfig["std"] });
      expect(Math.abs(result.reduce((sum, a) => sum + a, 0))).toBeLessThan(1e-9);
      for (const [i, a] of result.entries())
        for (const [j, b] of result.entries()) expect(Math.sign(a - b)).toBe(Math.sign(list[i] - list[j]));
    }),
  );
});

describe("equation (8): the bonus α(r̃ − r) of a draft that was revised", () => {
  const bonusOf = (revisions: ReturnType<typeof revision>[], other = {}) =>
    bonuses(samples(0.4, 0.5, null), revisions, methodConfig({ bonus: other }).bonus);

  test("goes to the draft alone", () => {
    expectNumbers(bonusOf([revision(1, 0.9)]), [0, 0.02, 0], 15);
  });

  test("is two-sided, unless clipped at 0", () => {
    expectNumbers(bonusOf([revision(1, 0.1)]), [0, -0.02, 0], 15);
    expect(bonusOf([revision(1, 0.1)], { clipAtZero: true })).toEqual([0, 0, 0]);
    expectNumbers(bonusOf([revision(1, 0.9)], { clipAtZero: true }), [0, 0.02, 0], 15);
  });

  test("goes to every draft that was revised, each by its own revision", () => {
    expectNumbers(bonusOf([revision(0, 0.6), revision(1, 0.9)]), [0.01, 0.02, 0], 15);
  });

  test("is none where the revision's grade is unknown, or the rollout's", () => {
    expect(bonusOf([revision(1, null)])).toEqual([0, 0, 0]);
    expect(bonusOf([revision(2, 0.9)])).toEqual([0, 0, 0]);
  });

  test("α = 0 is none", () => {
    expectNumbers(bonusOf([revision(1, 0.9)], { alpha: 0 }), [0, 0, 0]);
  });
});

describe("the rows of a group", () => {
  const rowsOf = (
    rewards: (number | null)[],
    revisions: ReturnType<typeof revision>[],
    joined: number | null,
    overrides: Parameters<typeof methodConfig>[0] = {},
  ) => {
    const rollouts = samples(...rewards);
    const taking = rollouts.flatMap(({ reward }, i) => (reward === null ? [] : [i]));
    return groupRows(rollouts, taking, revisions, joined, methodConfig(overrides));
  };

  test("the rollouts that take part, then the revision that joined; the bonus is in its draft's reward", () => {
    const rows = rowsOf([0.5, null, 0.25], [revision(0, 1)], 0);
    expect(rows.map(({ source, index }) => [source, index])).toEqual([
      ["rollout", 0],
      ["rollout", 2],
      ["revision", 0],
    ]);
    expectNumbers(
      rows.map(({ reward }) => reward),
      [0.525, 0.25, 1],
      15,
    );
    expectNumbers(
      rows.map(({ bonus }) => bonus),
      [0.025, 0, 0],
      15,
    );
    expect(rows.map(({ graded }) => graded)).toEqual([0.5, 0.25, 1]);
    expect(rows.map(({ advantage }) => advantage)).toEqual(groupAdvantages(rows, methodConfig().advantage));
  });

  test("a draft keeps its bonus though its revision was not accepted", () => {
    const rows = rowsOf([0.5, 0.25], [revision(0, 0.1)], null);
    expect(rows).toHaveLength(2);
    expect(rows[0].reward).toBeCloseTo(0.48, 15);
  });

  test("before normalisation, a bonus of 0.01 in a group that differs by nothing else becomes full size", () => {
    const revised = [revision(3, 0.7)];
    const before = rowsOf(new Array(8).fill(0.5), revised, null);
    // mean 0.50125, sample deviation 0.01/√8 = 0.0035355: 0.00875 of it is 2.475 deviations, less the 1e-6.
    expect(before[3].bonus).toBeCloseTo(0.01, 12);
    expect(before[3].advantage).toBeCloseTo(0.00875 / (0.01 / Math.sqrt(8) + 1e-6), 9);
    expect(before[3].advantage).toBeGreaterThan(2.47);
    expect(before[0].advantage).toBeCloseTo(-0.3535, 3);
  });

  test("after normalisation it stays 0.01, and the others get nothing", () => {
    const after = rowsOf(new Array(8).fill(0.5), [revision(3, 0.7)], null, { bonus: { when: "after" } });
    expectNumbers(
      after.map(({ advantage }) => advantage),
      [0, 0, 0, 0.01, 0, 0, 0, 0],
      12,
    );
    expect(after[3].reward).toBe(0.5);
  });

  test("after normalisation it is added to the advantage that the rewards alone give", () => {
    const after = rowsOf([0.5, 0.25], [revision(0, 1)], 0, { bonus: { when: "after" } });
    const plain = advantages([0.5, 0.25], {}, 1);
    expectNumbers(
      after.map(({ advantage }) => advantage),
      [plain[0] + 0.025, plain[1], plain[2]],
      12,
    );
  });

  test("a rollout that was replaced takes its bonus with it", () => {
    const rollouts = samples(0.5, 0.25);
    const rows = groupRows(rollouts, [1], [revision(0, 1)], 0, methodConfig());
    expect(rows.map(({ reward, bonus }) => [reward, bonus])).toEqual([
      [0.25, 0],
      [1, 0],
    ]);
  });

  test("a group whose grades are all unknown has none", () => {
    expect(rowsOf([null, null], [], null)).toEqual([]);
  });
});
