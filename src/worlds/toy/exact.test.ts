import { describe, expect, test } from "vitest";
import { boundChain } from "../../analysis/bound";
import { norm } from "../../analysis/vectors";
import { RandomStream } from "../../kernels/random/random";
import { enumerate } from "./enumerate";
import { exactChain, expectedReward, hindsightEffect, policyGradient } from "./exact";
import { conflictingToy, contains, reachableToy } from "./items";
import { countRewarded, findOptimum } from "./optimum";
import { randomTheta, randomToy } from "./testing/random_toy";
import { createToy, type Toy } from "./toy";

const rewardAt = (toy: Toy, theta: ArrayLike<number>) => expectedReward(toy, enumerate(toy, theta));

describe("exact expectations", () => {
  test("the policy gradient is the derivative of the expected reward, by finite differences", () => {
    const stream = RandomStream.of(1, "gradient");
    for (let i = 0; i < 20; i++) {
      const toy = randomToy(stream);
      const theta = Float64Array.from(randomTheta(toy, stream));
      policyGradient(toy, enumerate(toy, theta)).forEach((g, j) => {
        const [up, down] = [1e-5, -1e-5].map((h) =>
          rewardAt(
            toy,
            theta.map((x, k) => (k === j ? x + h : x)),
          ),
        );
        expect(g).toBeCloseTo((up - down) / 2e-5, 8);
      });
    }
  });

  test("the chain of (13) holds on 10,000 random toys, and its left side is the policy gradient's norm", () => {
    const stream = RandomStream.of(2, "chain");
    let tightest = 0;
    for (let i = 0; i < 10_000; i++) {
      const toy = randomToy(stream);
      const at = enumerate(toy, randomTheta(toy, stream, 2));
      const { error, deviationBound, unmetBound, unmet } = exactChain(toy, at);
      expect(error).toBeLessThanOrEqual(deviationBound * (1 + 1e-12));
      expect(deviationBound).toBeLessThanOrEqual(unmetBound * (1 + 1e-12));
      expect(error).toBeCloseTo(norm(policyGradient(toy, at)), 10);
      expect(unmet).toBeCloseTo(1 - expectedReward(toy, at), 10);
      tightest = Math.max(tightest, error / deviationBound);
    }
    expect(tightest).toBeGreaterThan(0.5); // the chain is not true for being far away
    expect(tightest).toBeLessThanOrEqual(1);
  }, 60_000);

  test("the chain over a large group of rollouts approaches it", () => {
    const stream = RandomStream.of(3, "group");
    const toy = createToy(reachableToy);
    const at = enumerate(toy, randomTheta(toy, stream));
    const drawn = Array.from({ length: 50_000 }, () => {
      let left = stream.unit();
      return Math.max(
        0,
        at.probabilities.findIndex((p) => (left -= p) < 0),
      );
    });
    const sampled = boundChain(
      drawn.map((n) => at.scores[n]),
      drawn.map((n) => 1 - toy.sequences[n].reward),
    )!;
    const exact = exactChain(toy, at);
    for (const key of ["error", "deviationBound", "unmetBound", "scoreNorm", "unmet"] as const) {
      expect(Math.abs(sampled[key] / exact[key] - 1)).toBeLessThan(0.03);
    }
  });
});

describe("what hindsight does", () => {
  test("stronger hindsight: better revisions, a wider gap, the same transfer", () => {
    const theta = randomTheta(createToy(reachableToy), RandomStream.of(5, "hindsight"));
    const effects = [0, 1, 2, 4, 8].map((kappa) => {
      const toy = createToy({ ...reachableToy, kappa });
      return hindsightEffect(toy, enumerate(toy, theta), [1, 2]);
    });
    expect(effects[0].gap).toBeCloseTo(0, 12);
    effects.slice(1).forEach(({ expectedReward, gap }, i) => {
      expect(expectedReward).toBeGreaterThan(effects[i].expectedReward + 0.01);
      expect(gap).toBeGreaterThan(effects[i].gap + 0.05);
    });
    for (const { isolatedTransfer } of effects) expect(isolatedTransfer).toBeCloseTo(1, 10);
  });
});

describe("the optimum", { timeout: 30_000 }, () => {
  test("1 where one table of bigrams can always meet everything", () => {
    const { value, rows } = findOptimum(createToy(reachableToy));
    expect(value).toBeCloseTo(1, 10);
    expect(rows[0 * 4 + 3]).toBeCloseTo(1, 5); // the start is followed by c
  });

  test("below 1 where it cannot: neither a deterministic policy nor a long ascent does better", () => {
    const toy = createToy(conflictingToy);
    const { value, rows } = findOptimum(toy);
    expect(countRewarded(toy, rows).value).toBe(value);
    expect(value).toBeCloseTo(0.75, 9);
    let deterministic = 0;
    for (let code = 0; code < 4 ** 4; code++) {
      const choice = Float64Array.from({ length: 16 }, (_, i) =>
        Math.floor(code / 4 ** Math.floor(i / 4)) % 4 === i % 4 ? 1 : 0,
      );
      deterministic = Math.max(deterministic, countRewarded(toy, choice).value);
    }
    expect(value).toBeGreaterThan(deterministic + 0.01);
    let theta = new Float64Array(toy.parameterCount);
    for (let i = 0; i < 3000; i++) {
      const gradient = policyGradient(toy, enumerate(toy, theta));
      theta = theta.map((x, j) => x + 2 * gradient[j]);
    }
    const climbed = rewardAt(toy, theta);
    expect(climbed).toBeLessThanOrEqual(value);
    expect(climbed).toBeGreaterThan(value - 0.02);
  });

  test("a fine grid finds nothing better", () => {
    // One letter: two rows of two, so that two numbers are the whole policy. Met by "aa" alone, of three tokens.
    const items = [
      contains("aa"),
      { text: "is shorter than three", weight: 1, meets: (s: string) => s.length < 3 },
    ];
    const toy = createToy({ letters: "a", maxTokens: 3, items, kappa: 1 });
    const { value } = findOptimum(toy);
    let grid = 0;
    for (let i = 0; i <= 400; i++) {
      for (let j = 0; j <= 400; j++) {
        const [p, q] = [i / 400, j / 400];
        grid = Math.max(grid, countRewarded(toy, [1 - p, p, 1 - q, q]).value);
      }
    }
    expect(value).toBeGreaterThan(grid - 1e-9);
    expect(value).toBeLessThan(grid + 1e-5);
  });

  test("no policy exceeds it, on random toys", () => {
    const stream = RandomStream.of(4, "optimum");
    for (let i = 0; i < 50; i++) {
      const toy = randomToy(stream);
      const { value } = findOptimum(toy);
      expect(value).toBeLessThanOrEqual(1 + 1e-12);
      for (let k = 0; k < 20; k++) {
        expect(rewardAt(toy, randomTheta(toy, stream, 5))).toBeLessThanOrEqual(value + 1e-9);
      }
    }
  });
});
