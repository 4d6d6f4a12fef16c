/** Is our gradient estimator the one that we say it is, and by how much does each option bias it? */
import { describe, expect, test } from "vitest";
import type { AdvantageConfig, ObjectiveConfig, Variant } from "../../herl/config";
import { RandomStream } from "../../kernels/random/random";
import { biasOf } from "./bias";
import { groupCount } from "./classes";
import { enumerate } from "./enumerate";
import { policyGradient } from "./exact";
import { expectedUpdate } from "./expected_update";
import { reachableToy } from "./items";
import { toyMethod, type MethodChanges } from "./method";
import { randomTheta } from "./testing/random_toy";
import { largestDeviation, sampledUpdate } from "./testing/sampled_update";
import { createToy } from "./toy";

const toy = createToy(reachableToy);
const theta = randomTheta(toy, RandomStream.of(7, "estimator"), 0.7);
const truth = policyGradient(toy, enumerate(toy, theta));

type Std = AdvantageConfig["std"];
type Aggregation = ObjectiveConfig["aggregation"];

const options: [std: Std, aggregation: Aggregation][] = [
  ["sample", "seqMeanTokenMean"],
  ["population", "seqMeanTokenMean"],
  ["none", "seqMeanTokenMean"],
  ["sample", "tokenMean"],
  ["none", "tokenMean"],
  ["sample", "seqMeanTokenSumNorm"],
  ["none", "seqMeanTokenSumNorm"],
];

const rlvr = (std: Std, aggregation: Aggregation, rollouts: number) =>
  toyMethod(toy, "rlvr", rollouts, { advantage: { std }, objective: { aggregation } });

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (x, i) => Math.abs(x - b[i])).reduce((x, y) => Math.max(x, y), 0);

/** E[∂J/∂θ] over all pairs of sequences, written down from the formulas alone. */
function overAllPairs(std: Std, aggregation: Aggregation): Float64Array {
  const { probabilities, scores } = enumerate(toy, theta);
  const total = new Float64Array(toy.parameterCount);
  toy.sequences.forEach((first, i) =>
    toy.sequences.forEach((second, k) => {
      const apart = first.reward - second.reward;
      if (Math.abs(apart) < 1e-6) return;
      // Two rewards: the mean is half way, deviations are |apart| / √2 and |apart| / 2.
      const deviation = { sample: Math.abs(apart) / Math.SQRT2, population: Math.abs(apart) / 2, none: 0 }[
        std
      ];
      const advantage = std === "none" ? apart / 2 : apart / 2 / (deviation + 1e-6);
      const lengths = [first.ids.length, second.ids.length];
      const weights = {
        seqMeanTokenMean: lengths.map((n) => 1 / (2 * n)),
        tokenMean: lengths.map(() => 1 / (lengths[0] + lengths[1])),
        seqMeanTokenSumNorm: lengths.map(() => 1 / (2 * toy.maxTokens)),
      }[aggregation];
      const pair = probabilities[i] * probabilities[k];
      for (let j = 0; j < total.length; j++)
        total[j] += pair * advantage * (weights[0] * scores[i][j] - weights[1] * scores[k][j]);
    }),
  );
  return total;
}

describe("the expectation of the estimator", () => {
  test.each(options)("std %s, %s: is the sum over all pairs of sequences", (std, aggregation) => {
    const summed = overAllPairs(std, aggregation);
    expect(largestGap(expectedUpdate(toy, theta, rlvr(std, aggregation, 2)), summed)).toBeLessThan(1e-14);
  });

  test.each([2, 3, 8])(
    "N = %i: without std and 1/|τ|, times N/(N − 1), it is the true policy gradient",
    (n) => {
      const update = expectedUpdate(toy, theta, rlvr("none", "seqMeanTokenSumNorm", n));
      // The constant length that the objective divides by is a scale, not a bias.
      const scaled = update.map((x) => (x * toy.maxTokens * n) / (n - 1));
      expect(largestGap(scaled, truth)).toBeLessThan(1e-14);
    },
  );

  test("what each option does to it, in scale and in direction", () => {
    const biases = [2, 8].flatMap((n) =>
      options.flatMap(([std, aggregation]) => {
        const kinds = aggregation === "tokenMean" && n > 4 ? 4 : n; // tokenMean has many kinds of groups
        const bias = biasOf(expectedUpdate(toy, theta, rlvr(std, aggregation, kinds)), truth);
        return [{ n: kinds, std, aggregation, ...bias }];
      }),
    );
    console.table(biases);
    for (const { n, std, aggregation, scale, off } of biases) {
      if (std !== "none" || aggregation !== "seqMeanTokenSumNorm") expect(off).toBeGreaterThan(0.01);
      else {
        expect(off).toBeLessThan(1e-12);
        expect(scale * toy.maxTokens).toBeCloseTo((n - 1) / n, 12); // the mean includes the sample itself
      }
    }
  });

  test("what cannot be summed is refused", () => {
    const code = expect.objectContaining({ code: "CONFIG_INVALID" });
    const refused = (changes: MethodChanges, variant: Variant = "herl", responses = 3) =>
      expect(() => expectedUpdate(toy, theta, toyMethod(toy, variant, responses, changes))).toThrow(code);
    refused({ updates: 2 });
    refused({ temperature: 0.5 });
    refused({ hindsight: { join: "replaceRandom" } });
    refused({ objective: { klCoef: 0.1 } });
    refused({ objective: { aggregation: "tokenMean" } }, "rlvr", 16);
    refused({}, "herl", 16);
    expect(groupCount(8, 7)).toBe(3432);
  });
});

/** Groups sampled through `trainStep` until the mean of their gradients can be told from the wrong expectation. */
describe("sampled gradients of our own loss code", { timeout: 30_000 }, () => {
  const groups = 12_000;
  const sure = 5; // standard errors; 16 components stay within 5 but for one time in 100,000

  test.each(options)("RLVR, std %s, %s: converge to the enumerated expectation", async (std, aggregation) => {
    const config = rlvr(std, aggregation, 2);
    const expected = expectedUpdate(toy, theta, config);
    const sampled = await sampledUpdate(toy, theta, config, { groups });
    expect(largestDeviation(sampled, expected)).toBeLessThan(sure);
    expect(largestDeviation(sampled, new Float64Array(toy.parameterCount))).toBeGreaterThan(2 * sure);
    // Rescaled at best, the true gradient is told from the biased ones, and meets the unbiased one.
    const scaled = truth.map((x) => x * biasOf(expected, truth).scale);
    const fromTruth = largestDeviation(sampled, scaled);
    console.log(
      `std ${std}, ${aggregation}: ${fromTruth.toFixed(1)} standard errors from the true direction`,
    );
    if (std !== "none" || aggregation !== "seqMeanTokenSumNorm") expect(fromTruth).toBeGreaterThan(sure);
    else {
      const exactly = truth.map((x) => x / toy.maxTokens / 2); // (N − 1)/N = ½
      expect(largestDeviation(sampled, exactly)).toBeLessThan(sure);
    }
  });

  const variants: [name: string, variant: Variant, changes: MethodChanges][] = [
    ["NaiveHE", "naivehe", {}],
    ["HE", "he", {}],
    ["HeRL", "herl", {}],
    ["HE, tokens", "he", { objective: { aggregation: "tokenMean" } }],
    [
      "HeRL, no std, any revision joins",
      "herl",
      { advantage: { std: "none" }, hindsight: { accept: "always" } },
    ],
    [
      "HeRL, any failure revised, bonus after, rollouts' baseline",
      "herl",
      {
        hindsight: { rewriteWhen: "anyFailed" },
        bonus: { alpha: 0.5, when: "after" },
        advantage: { baseline: "rollouts" },
      },
    ],
  ];

  test.each(variants)("%s: converge to the enumerated expectation", async (_name, variant, changes) => {
    const config = toyMethod(toy, variant, 3, changes);
    const expected = expectedUpdate(toy, theta, config);
    const sampled = await sampledUpdate(toy, theta, config, { groups });
    expect(largestDeviation(sampled, expected)).toBeLessThan(sure);
    // Without its revision it would be told apart.
    const without = expectedUpdate(toy, theta, toyMethod(toy, "rlvr", 2, { ...changes, hindsight: {} }));
    expect(largestDeviation(sampled, without)).toBeGreaterThan(sure);
  });
});
