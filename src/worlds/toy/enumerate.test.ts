import { describe, expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { conditionals } from "./conditionals";
import { enumerate, withHindsight, type Enumeration } from "./enumerate";
import { conflictingToy, contains, endsWith, reachableToy } from "./items";
import { randomNamed, randomTheta, randomToy } from "./testing/random_toy";
import { createToy, metShare, type Toy } from "./toy";

const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (x, i) => Math.abs(x - b[i])).reduce((x, y) => Math.max(x, y), 0);

describe("the sequences of a toy", () => {
  test("all of them, each once; the longest are cut off", () => {
    const toy = createToy({ letters: "ab", maxTokens: 2, items: [contains("a")], kappa: 1 });
    expect(toy.sequences.map(({ ids, letters }) => [ids.join(""), letters])).toEqual([
      ["0", ""],
      ["10", "a"],
      ["11", "aa"],
      ["12", "ab"],
      ["20", "b"],
      ["21", "ba"],
      ["22", "bb"],
    ]);
    expect(toy.sequences.map(({ reward }) => reward)).toEqual([0, 1, 1, 1, 0, 1, 0]);
    expect(createToy(reachableToy).sequences.length).toBe(1 + 3 + 9 + 27 + 81);
  });

  test("rewards are the satisfied share of the weight", () => {
    const items = [contains("a", 3), endsWith("b", 1), contains("c", 0)];
    const { sequences } = createToy({ ...reachableToy, items });
    const rewardOf = (letters: string) => sequences.find((s) => s.letters === letters)!.reward;
    expect([rewardOf("ab"), rewardOf("a"), rewardOf("bb"), rewardOf("")]).toEqual([1, 0.75, 0.25, 0]);
    expect(metShare(items, [1, 2], [true, true, false])).toBe(1);
    expect(metShare(items, [2], [true, true, true])).toBe(0); // it weighs nothing
    expect(metShare(items, [0, 1], [true, false, false])).toBe(0.75);
  });

  test("what cannot be a toy is refused", () => {
    const code = expect.objectContaining({ code: "CONFIG_INVALID" });
    const refused = (change: object) => expect(() => createToy({ ...reachableToy, ...change })).toThrow(code);
    refused({ letters: "aa" });
    refused({ letters: "" });
    refused({ maxTokens: 0 });
    refused({ maxTokens: 7 });
    refused({ items: [contains("a", 0)] });
    refused({ items: [contains("a", 1), contains("b", -1)] });
    refused({ kappa: NaN });
  });
});

describe("the enumeration", () => {
  test("uniform logits give each token a quarter", () => {
    const toy = createToy(reachableToy);
    const { probabilities } = enumerate(toy, new Float64Array(toy.parameterCount));
    toy.sequences.forEach(({ ids }, i) => expect(probabilities[i]).toBeCloseTo(0.25 ** ids.length, 14));
  });

  test("probabilities sum to 1, scores to 0, with and without hindsight", () => {
    const stream = RandomStream.of(1, "enumeration");
    for (let i = 0; i < 200; i++) {
      const toy = randomToy(stream);
      const plain = enumerate(toy, randomTheta(toy, stream, 2));
      for (const { probabilities, scores } of [plain, withHindsight(toy, plain, randomNamed(toy, stream))]) {
        expect(total(probabilities)).toBeCloseTo(1, 12);
        for (let j = 0; j < toy.parameterCount; j++) {
          expect(total(scores.map((s, n) => probabilities[n] * s[j]))).toBeCloseTo(0, 12);
        }
      }
    }
  });

  test("scores are the derivatives of ln π, by finite differences", () => {
    const stream = RandomStream.of(2, "differences");
    for (let i = 0; i < 10; i++) {
      const toy = randomToy(stream);
      const theta = Float64Array.from(randomTheta(toy, stream));
      const named = randomNamed(toy, stream);
      const both = (at: Float64Array): Enumeration[] => {
        const plain = enumerate(toy, at);
        return [plain, withHindsight(toy, plain, named)];
      };
      const exact = both(theta);
      for (let j = 0; j < toy.parameterCount; j++) {
        const [up, down] = [1e-5, -1e-5].map((h) => both(theta.map((x, k) => (k === j ? x + h : x))));
        exact.forEach(({ scores }, e) =>
          scores.forEach((score, n) =>
            expect(score[j]).toBeCloseTo((up[e].logprobs[n] - down[e].logprobs[n]) / 2e-5, 8),
          ),
        );
      }
    }
  });

  test("without strength, hindsight changes nothing; with much, all that is named is met", () => {
    const stream = RandomStream.of(3, "strength");
    const theta = randomTheta(createToy(conflictingToy), stream);
    const at = (kappa: number) => {
      const toy = createToy({ ...conflictingToy, kappa });
      const plain = enumerate(toy, theta);
      return { toy, plain, shifted: withHindsight(toy, plain, [1, 2]) };
    };
    const none = at(0);
    expect(largestGap(none.shifted.logprobs, none.plain.logprobs)).toBeLessThan(1e-14);
    none.plain.scores.forEach((s, i) => expect(largestGap(none.shifted.scores[i], s)).toBeLessThan(1e-13));
    const met = ({ toy, shifted }: ReturnType<typeof at>) =>
      total(toy.sequences.map((s, i) => (s.met[1] && s.met[2] ? shifted.probabilities[i] : 0)));
    expect(met(at(1))).toBeGreaterThan(met(none) * 1.2);
    expect(met(at(40))).toBeGreaterThan(1 - 1e-6);
  });
});

describe("token by token", () => {
  /** ln π and its gradient from the conditionals, summed over a sequence's tokens. */
  const bySums = (toy: Toy, theta: Float32Array, named: number[] | null, temperature = 1) => {
    const at = conditionals(toy, theta, { named, temperature });
    return toy.sequences.map(({ ids }) => {
      const gradient = new Float64Array(toy.parameterCount);
      let [logprob, place] = [0, 0];
      for (const id of ids) {
        logprob += at.logprobs[place * toy.vocab + id];
        at.addGradient(gradient, place, id, 1);
        place = toy.prefixes[place].next[id];
      }
      return { logprob, gradient };
    });
  };

  test("the conditionals multiply up to the sequences, and so do their gradients", () => {
    const stream = RandomStream.of(4, "conditionals");
    for (let i = 0; i < 100; i++) {
      const toy = randomToy(stream);
      const theta = randomTheta(toy, stream, 2);
      const plain = enumerate(toy, theta);
      const named = randomNamed(toy, stream);
      for (const [of, whole] of [
        [null, plain],
        [named, withHindsight(toy, plain, named)],
      ] as const) {
        bySums(toy, theta, of).forEach(({ logprob, gradient }, n) => {
          expect(logprob).toBeCloseTo(whole.logprobs[n], 11);
          expect(largestGap(gradient, whole.scores[n])).toBeLessThan(1e-11);
        });
      }
    }
  });

  test("at another temperature too, gradients are those of the scores", () => {
    const stream = RandomStream.of(5, "temperature");
    const toy = createToy(reachableToy);
    const theta = randomTheta(toy, stream);
    for (const named of [null, [0, 2]]) {
      const exact = bySums(toy, theta, named, 0.7);
      expect(total(exact.map(({ logprob }) => Math.exp(logprob)))).toBeCloseTo(1, 12);
      const h = 2 ** -10; // exact in single precision
      const [up, down] = [h, -h].map((d) =>
        bySums(
          toy,
          Float64Array.from(theta, (x, k) => (k === 5 ? x + d : x)) as unknown as Float32Array,
          named,
          0.7,
        ),
      );
      exact.forEach(({ gradient }, n) =>
        expect(gradient[5]).toBeCloseTo((up[n].logprob - down[n].logprob) / (2 * h), 4),
      );
    }
  });
});
