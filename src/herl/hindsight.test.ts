import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../kernels/random/random";
import type { HindsightConfig } from "./config";
import { acceptRevision, remainingRollouts, selectDrafts } from "./hindsight";
import { revision, samples } from "./testing/samples";
import { methodConfig } from "./testing/tiny_world";

const stream = (seed = 0) => RandomStream.of(seed, "hindsight");

describe("equation (5): the nearest misses are chosen for revision", () => {
  const select = (rewards: (number | null)[], overrides: Partial<HindsightConfig> = {}, seed = 0) =>
    selectDrafts(samples(...rewards), methodConfig({ hindsight: overrides }).hindsight, stream(seed));

  test("the failed rollout with the highest reward", () => {
    expect(select([0.2, 0.8, 0.5])).toEqual([1]);
  });

  test("only when none has passed, by default", () => {
    expect(select([0.2, 1, 0.5])).toEqual([]);
    expect(select([1, 1, 1])).toEqual([]);
  });

  test("with anyFailed also beside one that passed: the best of those that failed", () => {
    expect(select([0.2, 1, 0.5], { rewriteWhen: "anyFailed" })).toEqual([2]);
    expect(select([1, 1, 1], { rewriteWhen: "anyFailed" })).toEqual([]);
  });

  test("a reward within 1e-6 of 1 has passed, one below that has failed", () => {
    expect(select([1 - 1e-7, 0.5])).toEqual([]);
    expect(select([1 - 1e-6, 0.5])).toEqual([]);
    expect(select([1 - 2e-6, 0.5])).toEqual([0]);
  });

  test("rewards within 1e-6 of the highest are ties, those further below are not", () => {
    const all = { maxRevisions: 16 };
    expect(select([0.5, 0.5 - 5e-7, 0.5 - 2e-6, 0.1 + 0.4], all)).toEqual([0, 1, 3]);
    expect(select([0.3, 0.1 + 0.2, 0.2], all)).toEqual([0, 1]);
  });

  test("all tied: every one of them, up to maxRevisions, in order", () => {
    for (let maxRevisions = 1; maxRevisions <= 16; maxRevisions++) {
      const chosen = select(new Array(9).fill(0.5), { maxRevisions });
      expect(chosen).toHaveLength(Math.min(maxRevisions, 9));
      expect(new Set(chosen).size).toBe(chosen.length);
      expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
    }
    expect(select([0, 0, 0], { maxRevisions: 3 })).toEqual([0, 1, 2]);
  });

  test("ties are broken by the seed: the same one for the same seed, each with the same chance", () => {
    const chosen = (seed: number) => select([0.5, 0.2, 0.5, 0.5], {}, seed)[0];
    expect(chosen(7)).toBe(chosen(7));
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 600; seed++) counts[chosen(seed)]++;
    // Four standard deviations of a binomial with n = 600, p = 1/3.
    for (const index of [0, 2, 3]) expect(Math.abs(counts[index] - 200)).toBeLessThan(47);
    expect(counts[1]).toBe(0);
  });

  test("a rollout whose grade is unknown is no candidate, and does not count as passed", () => {
    expect(select([null, 0.2, null])).toEqual([1]);
    expect(select([null, null])).toEqual([]);
    expect(select([])).toEqual([]);
  });

  test("nothing is revised when hindsight is off", () => {
    expect(select([0.2, 0.8], { enabled: false })).toEqual([]);
  });

  test("whoever is chosen failed, has a reward, and none that failed is better by more than 1e-6", () => {
    const reward = fc.option(fc.constantFrom(0, 0.25, 1 / 3, 0.5, 0.5 + 4e-7, 1 - 1e-9, 1), { nil: null });
    fc.assert(
      fc.property(
        fc.array(reward, { maxLength: 12 }),
        fc.integer({ min: 1, max: 16 }),
        fc.constantFrom("nonePassed" as const, "anyFailed" as const),
        fc.nat(),
        (rewards, maxRevisions, rewriteWhen, seed) => {
          const chosen = select(rewards, { maxRevisions, rewriteWhen }, seed);
          const failed = rewards.filter((r) => r !== null && r < 1 - 1e-6) as number[];
          const skip =
            failed.length === 0 ||
            (rewriteWhen === "nonePassed" && rewards.some((r) => r !== null && r >= 1 - 1e-6));
          const best = Math.max(...failed);
          const ties = failed.filter((r) => r >= best - 1e-6).length;
          expect(chosen).toHaveLength(skip ? 0 : Math.min(ties, maxRevisions));
          for (const index of chosen) {
            expect(rewards[index]).toBeLessThan(1 - 1e-6);
            expect(rewards[index]).toBeGreaterThanOrEqual(best - 1e-6);
          }
        },
      ),
    );
  });
});

describe("equation (7): the best revision joins", () => {
  const rollouts = samples(0.5, 0.2);

  test("the one with the highest reward, the first of equals", () => {
    const accepted = (...rewards: (number | null)[]) =>
      acceptRevision(
        rewards.map((reward) => revision(0, reward)),
        rollouts,
        "always",
      );
    expect(accepted(0.6, 0.9, 0.7)).toBe(1);
    expect(accepted(0.6, 0.9, 0.9)).toBe(1);
    expect(accepted()).toBeNull();
  });

  test.each([
    { accept: "improveOrEqual", better: 0, equal: 0, slightlyWorse: 0, worse: null },
    { accept: "strict", better: 0, equal: null, slightlyWorse: null, worse: null },
    { accept: "always", better: 0, equal: 0, slightlyWorse: 0, worse: 0 },
  ] as const)("$accept", ({ accept, better, equal, slightlyWorse, worse }) => {
    const joined = (reward: number) => acceptRevision([revision(0, reward)], rollouts, accept);
    expect(joined(0.75)).toBe(better);
    expect(joined(0.5)).toBe(equal);
    // Within the tolerance of 1e-6, rewards are equal.
    expect(joined(0.5 + 5e-7)).toBe(equal);
    expect(joined(0.5 - 5e-7)).toBe(slightlyWorse);
    expect(joined(0.25)).toBe(worse);
  });

  test("it is compared with its own draft", () => {
    expect(acceptRevision([revision(1, 0.3)], rollouts, "improveOrEqual")).toBe(0);
    expect(acceptRevision([revision(0, 0.3)], rollouts, "improveOrEqual")).toBeNull();
  });

  test("a revision whose grade is unknown never joins, and does not stand in the way of another", () => {
    for (const accept of ["improveOrEqual", "strict", "always"] as const) {
      expect(acceptRevision([revision(0, null)], rollouts, accept)).toBeNull();
      expect(acceptRevision([revision(0, null), revision(0, 0.6)], rollouts, accept)).toBe(1);
    }
  });
});

describe("how the revision joins", () => {
  const remaining = (
    rewards: (number | null)[],
    join: HindsightConfig["join"],
    { joined = true, seed = 0 } = {},
  ) => remainingRollouts(samples(...rewards), joined, join, stream(seed));

  test("append keeps all rollouts", () => {
    expect(remaining([0.5, 0.2, 0.4], "append")).toEqual([0, 1, 2]);
  });

  test("replaceWorst leaves out the rollout with the lowest reward, the first of equals", () => {
    expect(remaining([0.5, 0.2, 0.4], "replaceWorst")).toEqual([0, 2]);
    expect(remaining([0.2, 0.5, 0.2], "replaceWorst")).toEqual([1, 2]);
  });

  test("replaceRandom leaves out one by the seed, each with the same chance", () => {
    const left = (seed: number) => remaining([0.5, 0.2, 0.4], "replaceRandom", { seed });
    expect(left(3)).toEqual(left(3));
    const counts = [0, 0, 0];
    for (let seed = 0; seed < 600; seed++) {
      expect(left(seed)).toHaveLength(2);
      counts[[0, 1, 2].find((i) => !left(seed).includes(i))!]++;
    }
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(47);
  });

  test("nothing is replaced, and nothing duplicated, when no revision joins", () => {
    for (const join of ["append", "replaceWorst", "replaceRandom"] as const)
      expect(remaining([0.5, 0.2], join, { joined: false })).toEqual([0, 1]);
  });

  test("rollouts whose grade is unknown are left out in any case, and never the ones that are replaced", () => {
    expect(remaining([null, 0.2, 0.4], "append")).toEqual([1, 2]);
    expect(remaining([null, 0.2, 0.4], "append", { joined: false })).toEqual([1, 2]);
    expect(remaining([null, 0.2, 0.4], "replaceWorst")).toEqual([2]);
    for (let seed = 0; seed < 20; seed++)
      expect(remaining([null, 0.2, 0.4], "replaceRandom", { seed })).toHaveLength(1);
    expect(remaining([null, null], "replaceRandom")).toEqual([]);
  });
});
