import { describe, expect, test } from "vitest";
import { RandomStream } from "../kernels/random/random";
import { boundChain, meanChain } from "./bound";

describe("the chain of (13)", () => {
  test("by hand: two rollouts, one of which misses half", () => {
    // s = (1, 0), (0, 2); X = ½, 0: X̄ = ¼; mean s(X − X̄) = ½(¼·(1,0) − ¼·(0,2)) = (⅛, −¼).
    const chain = boundChain(
      [
        [1, 0],
        [0, 2],
      ],
      [0.5, 0],
    )!;
    expect(chain.error).toBeCloseTo(Math.hypot(1 / 8, 1 / 4), 12);
    expect(chain.scoreNorm).toBeCloseTo(Math.sqrt(2.5), 12);
    expect(chain.deviationBound).toBeCloseTo(Math.sqrt(2.5) * 0.25, 12);
    expect(chain.unmetBound).toBeCloseTo(Math.sqrt(2.5) * Math.sqrt(0.125), 12);
    expect(chain.unmet).toBe(0.25);
    // Along (⅛, −¼)/‖·‖ = (1, −2)/√5: (1, 0) by 1/√5, (0, 2) by −4/√5, so ½(¼·1/√5 + ¼·4/√5) = ⅝/√5 = √5/8.
    expect(chain.parts.map(({ weight, unmet, square }) => [weight, unmet, square])).toEqual([
      [0.5, 0.5, 1],
      [0.5, 0, 4],
    ]);
    expect(chain.parts[0].along).toBeCloseTo(1 / Math.sqrt(5), 12);
    expect(chain.parts[1].along).toBeCloseTo(-4 / Math.sqrt(5), 12);
  });

  test("all three are 0 when everything is met; the left is 0 when all miss the same", () => {
    expect(boundChain([[1], [3]], [0, 0])).toMatchObject({ error: 0, deviationBound: 0, unmetBound: 0 });
    const same = boundChain([[1], [3]], [0.5, 0.5])!;
    expect(same).toMatchObject({ error: 0, deviationBound: 0 });
    expect(same.unmetBound).toBeCloseTo(0.5 * same.scoreNorm, 12);
  });

  test("holds on 10,000 random groups", () => {
    const stream = RandomStream.of(1, "bound");
    for (let i = 0; i < 10_000; i++) {
      const samples = 2 + Math.floor(stream.unit() * 8);
      const scores = Array.from({ length: samples }, () => Array.from({ length: 5 }, () => stream.normal()));
      const unmet = scores.map(() => Math.round(stream.unit() * 4) / 4);
      const { error, deviationBound, unmetBound, unmet: mean, parts } = boundChain(scores, unmet)!;
      const left = parts.reduce((sum, { weight, unmet, along }) => sum + weight * (unmet - mean) * along, 0);
      expect(left).toBeCloseTo(error, 12);
      expect(error).toBeLessThanOrEqual(deviationBound * (1 + 1e-12));
      expect(deviationBound).toBeLessThanOrEqual(unmetBound * (1 + 1e-12));
    }
  });

  test("one rollout has no deviation; a step without groups has no chain", () => {
    expect(boundChain([[1]], [1])).toBeNull();
    expect(meanChain([null, null])).toBeNull();
    const chain = boundChain([[1], [3]], [0, 1])!;
    const mean = meanChain([chain, null, chain])!;
    expect(mean).toEqual({ ...chain, samples: 4, parts: undefined });
  });
});
