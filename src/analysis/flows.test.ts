import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BranchGradients } from "../policy/policy";
import { desiredShare, effectiveCount, flowsOf, unsampledNorm, type FlowRow } from "./flows";

/** What the backward pass reports of tokens `ids` that were drawn from `distributions`. */
function gradientsOf(distributions: number[][], ids: number[], coefficients: number[]): BranchGradients {
  const column = (of: (p: number[], t: number) => number) => Float32Array.from(distributions, of);
  const unsampled = (of: (p: number) => number) =>
    column((p, t) => p.reduce((sum, p_v, v) => (v === ids[t] || p_v === 0 ? sum : sum + of(p_v)), 0));
  return {
    logprobs: column((p, t) => Math.log(p[ids[t]])),
    entropies: column((p) => -p.reduce((sum, p_v) => sum + p_v * Math.log(p_v), 0)),
    coefficients: Float32Array.from(coefficients),
    unsampledMass: unsampled((p) => p),
    unsampledSquares: unsampled((p) => p * p),
    unsampledLogs: unsampled((p) => p * Math.log(p)),
    sampledProbability: column((p, t) => p[ids[t]]),
  };
}

interface RowParts {
  readonly ids: number[];
  /** One for every token, or one by token. */
  readonly p: number[] | number[][];
  readonly c: number | number[];
}

const row = ({ ids, p, c }: RowParts, other: Partial<FlowRow> = {}): FlowRow => ({
  ...{ group: 0, source: "rollout", graded: 0, ids },
  gradients: gradientsOf(
    ids.map((_, t) => (Array.isArray(p[0]) ? (p as number[][])[t] : (p as number[]))),
    ids,
    ids.map((_, t) => (typeof c === "number" ? c : c[t])),
  ),
  ...other,
});

describe("flows: a token with coefficient c gives c(1 − p) to its own logit, −c·p_v to every other one", () => {
  test("two tokens, p = (0.8, 0.2), the first one sampled with c = 2", () => {
    const flows = flowsOf([row({ ids: [0], p: [0.8, 0.2], c: 2 })]);
    expect(flows.positiveSampled).toBeCloseTo(0.4, 6);
    expect(flows.positiveUnsampled).toBeCloseTo(-0.4, 6);
    expect(flows).toMatchObject({ negativeSampled: 0, diffusedOver: null });
    expect(flows.negativeUnsampled + 0).toBe(0);
  });

  test("the second one sampled with c = −0.5: its 0.8 is pushed onto the first", () => {
    const flows = flowsOf([row({ ids: [1], p: [0.8, 0.2], c: -0.5 })]);
    expect(flows.negativeSampled).toBeCloseTo(-0.4, 6);
    expect(flows.negativeUnsampled).toBeCloseTo(0.4, 6);
    expect(flows.positiveSampled).toBe(0);
    // One other token to go to.
    expect(flows.diffusedOver).toBeCloseTo(1, 5);
  });

  test("they add up over tokens by the sign of the coefficient", () => {
    const p = [0.5, 0.3, 0.2];
    const flows = flowsOf([row({ ids: [0, 1, 2], p, c: [1, -2, 3] }), row({ ids: [0, 0], p, c: [-1, 0] })]);
    expect(flows.positiveSampled).toBeCloseTo(1 * 0.5 + 3 * 0.8, 6);
    expect(flows.negativeSampled).toBeCloseTo(-2 * 0.7 - 1 * 0.5, 6);
  });

  test("by source", () => {
    const rows = [
      row({ ids: [0], p: [0.5, 0.5], c: 1 }),
      row({ ids: [0], p: [0.25, 0.75], c: 1 }, { source: "revision" }),
    ];
    expect(flowsOf(rows, "rollout").positiveSampled).toBeCloseTo(0.5, 6);
    expect(flowsOf(rows, "revision").positiveSampled).toBeCloseTo(0.75, 6);
    expect(flowsOf(rows).positiveSampled).toBeCloseTo(1.25, 6);
  });

  test("without rows nothing flows", () => {
    expect(flowsOf([])).toMatchObject({ positiveSampled: 0, negativeSampled: 0, diffusedOver: null });
  });

  test("the sampled and the unsampled part are equal and opposite, whatever the distribution", () => {
    const weights = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(weights, fc.nat(), fc.double({ min: -3, max: 3, noNaN: true }), (list, pick, c) => {
        const total = list.reduce((a, b) => a + b);
        const p = list.map((w) => w / total);
        const y = pick % p.length;
        // ∂(c ln p_y)/∂z_v, token by token.
        const byLogit = p.map((p_v, v) => (v === y ? (1 - p_v) * c : -p_v * c));
        const { positiveSampled, positiveUnsampled, negativeSampled, negativeUnsampled } = flowsOf([
          row({ ids: [y], p, c }),
        ]);
        const others = byLogit.reduce((sum, g, v) => (v === y ? sum : sum + g), 0);
        expect(positiveSampled + negativeSampled).toBeCloseTo(byLogit[y], 5);
        expect(positiveUnsampled + negativeUnsampled).toBeCloseTo(others, 5);
        expect(positiveUnsampled + 0).toBe(0 - positiveSampled);
        expect(negativeUnsampled + 0).toBe(0 - negativeSampled);
      }),
    );
  });
});

describe("over how many tokens the unsampled part is spread", () => {
  const countOf = (p: number[], sampled: number) => {
    const { unsampledMass, unsampledLogs } = gradientsOf([p], [sampled], [1]);
    return effectiveCount(unsampledMass[0], unsampledLogs[0]);
  };

  test.each([2, 3, 8, 512])("uniform over %d tokens: over all the others", (n) => {
    expect(countOf(new Array(n).fill(1 / n), 0) / (n - 1)).toBeCloseTo(1, 4);
  });

  test("exp of the entropy of what is left: (1/2, 1/4, 1/4) without the first is uniform over two", () => {
    expect(countOf([0.5, 0.25, 0.25], 0)).toBeCloseTo(2, 5);
    // Without the last one: (2/3, 1/3).
    const entropy = -(2 / 3) * Math.log(2 / 3) - (1 / 3) * Math.log(1 / 3);
    expect(countOf([0.5, 0.25, 0.25], 2)).toBeCloseTo(Math.exp(entropy), 5);
  });

  test("nothing is left when the sampled token has all the probability", () => {
    expect(effectiveCount(0, 0)).toBe(0);
  });

  test("the mean over tokens weighs each by the mass that it diffuses", () => {
    const two = row({ ids: [0], p: [0.5, 0.25, 0.25, 0], c: -1 });
    const three = row({ ids: [0], p: [0.25, 0.25, 0.25, 0.25], c: -2 });
    const up = row({ ids: [0], p: [0.9, 0.1, 0, 0], c: 5 });
    const [a, b] = [1 * 0.5, 2 * 0.75];
    expect(flowsOf([two, three, up]).diffusedOver).toBeCloseTo((a * 2 + b * 3) / (a + b), 5);
  });

  test("the norm of the unsampled part is |c|·√Σ p_v²", () => {
    const { unsampledSquares } = gradientsOf([[0.5, 0.3, 0.2]], [0], [-2]);
    expect(unsampledNorm(-2, unsampledSquares[0])).toBeCloseTo(2 * Math.sqrt(0.09 + 0.04), 6);
  });
});

describe("the desired share: what of the diffused mass lands where a better response went on", () => {
  // Tokens a, b, c, d.
  const [a, b, c, d] = [0, 1, 2, 3];
  const p = [0.4, 0.3, 0.2, 0.1];

  test("by hand: one failed response, one better, the same first token", () => {
    const failed = row({ ids: [a, b, d], p, c: -1 });
    const better = row({ ids: [a, c, a], p, c: 1 }, { graded: 1 });
    const { share, coverage } = desiredShare([failed, better], new Map());
    // Position 0: both take a. Position 1: b against c, of the unsampled 0.7 the 0.2 of c. Position 2: d against a,
    // but not after the same prefix.
    expect(share).toBeCloseTo(0.2 / 0.7, 6);
    expect(coverage).toBeCloseTo(1 / 3, 12);
  });

  test("several better responses: their next tokens together, each once", () => {
    const rows = [
      row({ ids: [a, b], p, c: -1 }),
      row({ ids: [a, c], p, c: 1 }, { graded: 0.5 }),
      row({ ids: [a, c, d], p, c: 1 }, { graded: 1 }),
      row({ ids: [a, d], p, c: 1 }, { graded: 1 }),
      row({ ids: [c], p, c: 1 }, { graded: 1 }),
    ];
    // Position 0 of the failed one: c, by the last. Position 1: c and d. The one at 0.5 receives a pull up: no position.
    const { share, coverage } = desiredShare(rows, new Map());
    expect(share).toBeCloseTo((0.2 + (0.2 + 0.1)) / (0.6 + 0.7), 6);
    expect(coverage).toBe(1);
  });

  test("positions weigh by |c|", () => {
    const failed = row({ ids: [a, a], p: [p, [0.7, 0.1, 0.1, 0.1]], c: [-1, -3] });
    const rows = [
      failed,
      row({ ids: [b], p, c: 1 }, { graded: 1 }),
      row({ ids: [a, d], p: [p, [0.7, 0.1, 0.1, 0.1]], c: 1 }, { graded: 1 }),
    ];
    expect(desiredShare(rows, new Map()).share).toBeCloseTo((1 * 0.3 + 3 * 0.1) / (1 * 0.6 + 3 * 0.3), 6);
  });

  test("a revision counts by its probabilities after q, not after the hindsight", () => {
    const failed = row({ ids: [a, b], p, c: -1 });
    // After the hindsight it takes c for certain.
    const sure = [0.004, 0.003, 0.992, 0.001];
    const revision = row({ ids: [a, c], p: sure, c: 1 }, { source: "revision", graded: 1 });
    const afterQ = Float32Array.of(Math.log(0.4), Math.log(0.2));
    const measured = desiredShare([failed, revision], new Map([[0, afterQ]]));
    expect(measured.share).toBeCloseTo(0.2 / 0.7, 6);
    expect(measured.coverage).toBe(0.5);
    // Where they were not measured, it is left out.
    expect(desiredShare([failed, revision], new Map())).toEqual({ share: null, coverage: 0 });
  });

  test("a response that ends where the better one goes on has its end token to lose", () => {
    const failed = row({ ids: [a, b], p, c: -1 });
    const longer = row({ ids: [a, d, c], p, c: 1 }, { graded: 1 });
    const shorter = row({ ids: [a], p, c: 1 }, { graded: 1 });
    expect(desiredShare([failed, longer], new Map()).share).toBeCloseTo(0.1 / 0.7, 6);
    expect(desiredShare([failed, shorter], new Map()).share).toBeNull();
  });

  test("ties are not better: neither equal rewards nor rewards equal up to rounding", () => {
    const rows = [
      row({ ids: [a, b], p, c: -1 }, { graded: 0.3 }),
      row({ ids: [a, c], p, c: -1 }, { graded: 0.1 + 0.2 }),
      row({ ids: [a, d], p, c: -1 }, { graded: 0.3 }),
    ];
    expect(desiredShare(rows, new Map())).toEqual({ share: null, coverage: 0 });
  });

  test("a response that has passed has nothing to desire: its positions do not count", () => {
    const passed = row({ ids: [a, b], p, c: -1 }, { graded: 1 - 1e-7 });
    const failed = row({ ids: [a, b], p, c: -1 });
    const perfect = row({ ids: [a, c], p, c: 1 }, { graded: 1 });
    expect(desiredShare([passed, perfect], new Map())).toEqual({ share: null, coverage: 0 });
    expect(desiredShare([passed, failed, perfect], new Map()).coverage).toBe(0.5);
  });

  test("another group's response is no example", () => {
    const failed = row({ ids: [a, b], p, c: -1 });
    const perfect = row({ ids: [a, c], p, c: 1 }, { graded: 1, group: 1 });
    expect(desiredShare([failed, perfect], new Map())).toEqual({ share: null, coverage: 0 });
  });

  test("revisions are examples, not failed responses", () => {
    const revision = row({ ids: [a, b], p, c: -1 }, { source: "revision", graded: 0.2 });
    const better = row({ ids: [a, c], p, c: 1 }, { graded: 1 });
    expect(desiredShare([revision, better], new Map())).toEqual({ share: null, coverage: 0 });
  });
});
