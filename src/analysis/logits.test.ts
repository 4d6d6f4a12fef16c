import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  correlation,
  logitGradient,
  logprobChangeAlone,
  massByRank,
  probabilities,
  probabilityFlow,
  slopeThroughOrigin,
} from "./logits";

const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);

/** ln softmax, rounded to f32 as a policy returns it. */
function logprobsOf(logits: readonly number[]): Float32Array {
  const scale = Math.log(total(logits.map(Math.exp)));
  return Float32Array.from(logits, (z) => z - scale);
}

/** A distribution over 2 to 40 tokens, one of them sampled, and a coefficient. */
const position = fc
  .array(fc.double({ min: -12, max: 6, noNaN: true }), { minLength: 2, maxLength: 40 })
  .chain((logits) =>
    fc.record({
      logits: fc.constant(logits),
      y: fc.nat(logits.length - 1),
      c: fc.double({ min: -3, max: 3, noNaN: true }),
    }),
  );

describe("equation (2)", () => {
  test("p = (0.5, 0.3, 0.2), the second one sampled, c = −2", () => {
    const g = logitGradient([0.5, 0.3, 0.2].map(Math.log), 1, -2);
    [1, -1.4, 0.4].forEach((value, v) => expect(g[v]).toBeCloseTo(value, 12));
  });

  test("adds up to zero, and is the derivative of c·ln p_y", () => {
    fc.assert(
      fc.property(position, ({ logits, y, c }) => {
        const g = logitGradient(logprobsOf(logits), y, c);
        expect(Math.abs(total(g))).toBeLessThan(1e-12);
        const objective = (z: readonly number[]) => c * (z[y] - Math.log(total(z.map(Math.exp))));
        const h = 1e-5;
        const v = (y + 1) % logits.length;
        const moved = (by: number) => logits.map((z, i) => (i === v ? z + by : z));
        // The logarithms were rounded to f32.
        expect(g[v]).toBeCloseTo((objective(moved(h)) - objective(moved(-h))) / (2 * h), 4);
      }),
    );
  });
});

describe("what becomes of the probabilities", () => {
  test("the derivative of the softmax and the formula in p agree to 1e-12, and add up to zero", () => {
    fc.assert(
      fc.property(position, ({ logits, y, c }) => {
        const logprobs = logprobsOf(logits);
        const p = probabilities(logprobs);
        const squares = p.reduce((sum, p_u, u) => (u === y ? sum : sum + p_u * p_u), 0);
        const flow = probabilityFlow(logprobs, y, c);
        flow.forEach((dp, v) => {
          if (v === y) return;
          const formula = -c * p[v] * (p[v] + p[y] * (1 - p[y]) - squares);
          expect(Math.abs(dp - formula)).toBeLessThan(1e-12);
        });
        expect(Math.abs(total(flow))).toBeLessThan(1e-12);
      }),
    );
  });

  test("a token that is pushed down gives to the likely; an unlikely one loses although its logit rises", () => {
    const logprobs = [0.04, 0.8, 0.15, 0.01].map(Math.log);
    expect(logitGradient(logprobs, 0, -1)[3]).toBeGreaterThan(0);
    const flow = probabilityFlow(logprobs, 0, -1);
    expect(flow[1]).toBeGreaterThan(0);
    expect(flow[3]).toBeLessThan(0);
  });

  test("a step is the whole softmax: probabilities still add up to 1, and small steps meet the flow", () => {
    fc.assert(
      fc.property(position, ({ logits, y, c }) => {
        const logprobs = logprobsOf(logits);
        const p = probabilities(logprobs);
        const after = (step: number) => {
          const change = logprobChangeAlone(logprobs, y, c, step);
          return p.map((p_v, v) => p_v * Math.exp(change[v]));
        };
        expect(total(after(50))).toBeCloseTo(1, 10);
        const flow = probabilityFlow(logprobs, y, c);
        const small = after(1e-6);
        flow.forEach((dp, v) => expect((small[v] - p[v]) / 1e-6).toBeCloseTo(dp, 4));
      }),
    );
  });

  test("no step, or no coefficient, changes nothing", () => {
    for (const [c, step] of [
      [0, 3],
      [2, 0],
    ])
      for (const change of logprobChangeAlone(logprobsOf([1, 2, 3]), 0, c, step))
        expect(Math.abs(change)).toBeLessThan(1e-15);
  });
});

describe("where the mass goes", () => {
  const before = [0.1, 0.5, 0.3, 0.1].map(Math.log);
  const after = [0.05, 0.53, 0.33, 0.09].map(Math.log);

  test("by rank before, with the share of what was gained", () => {
    const ranked = massByRank(before, after);
    expect(ranked.map(({ token, rank }) => [rank, token])).toEqual([
      [1, 1],
      [2, 2],
      [3, 0],
      [4, 3],
    ]);
    [0.03, 0.03, -0.05, -0.01].forEach((change, i) => expect(ranked[i].change).toBeCloseTo(change, 12));
    [0.5, 1, 1, 1].forEach((share, i) => expect(ranked[i].cumulative).toBeCloseTo(share, 12));
  });

  test("or with the share of what was lost", () => {
    const lost = massByRank(before, after, { side: "lost" }).map(({ cumulative }) => cumulative);
    [0, 0, 5 / 6, 1].forEach((share, i) => expect(lost[i]).toBeCloseTo(share, 12));
  });

  test("nothing moved", () => {
    expect(massByRank(before, before).every((row) => row.change === 0 && row.cumulative === 0)).toBe(true);
  });
});

describe("predicted and measured", () => {
  test("a line without noise", () => {
    expect(correlation([1, 2, 4], [-1, -3, -7])).toBeCloseTo(-1, 12);
    expect(slopeThroughOrigin([1, 2, 4], [0.5, 1, 2])).toBe(0.5);
  });

  test("by hand: (1, 2, 3) and (1, 3, 2)", () => {
    expect(correlation([1, 2, 3], [1, 3, 2])).toBeCloseTo(0.5, 12);
    expect(slopeThroughOrigin([1, 2, 3], [1, 3, 2])).toBeCloseTo(13 / 14, 12);
  });

  test("what does not vary correlates with nothing, rounding included", () => {
    expect(correlation([0.1, 0.1, 0.1], [1, 2, 3])).toBeNull();
    expect(slopeThroughOrigin([0, 0], [1, 2])).toBeNull();
  });
});
