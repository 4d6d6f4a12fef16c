/** SFT: the objective of written references is minus the plain cross-entropy of their tokens. */
import { describe, expect, test } from "vitest";
import { expectClose, finiteDifferences } from "../kernels/testing";
import type { Task } from "../rubric/schema";
import { runStep } from "./testing/run_step";
import { tinyDistribution, tinyLogprobs, type PolicyCall } from "./testing/tiny_policy";
import { idsOf, methodConfig, redGreen, tinyLearner, wordTask, words } from "./testing/tiny_world";

/** Of two lengths; the second group's is not even right. */
const texts: Readonly<Record<string, readonly string[]>> = {
  "red-green": ["red green", "green grey red"],
  blue: ["grey"],
};
const references = ({ id }: Task, count: number) => texts[id].slice(0, count);
const tasks = [redGreen, wordTask("blue")];
const written = tasks.flatMap(({ id, prompt }) =>
  texts[id].map((text) => ({ prompt: idsOf(prompt), ids: idsOf(`${text} .`) })),
);

const sft = (overrides = {}) =>
  methodConfig({
    ...{ rollouts: 2, hindsight: { enabled: false }, bonus: { alpha: 0 } },
    objective: { loss: "crossEntropy", aggregation: "tokenMean", ...overrides },
  });

const learner = () => ({ ...tinyLearner(), references });

/** Mean over all tokens of −ln π. */
function crossEntropy(theta: ArrayLike<number>): number {
  const losses = written.flatMap(({ prompt, ids }) =>
    tinyLogprobs(theta, words.length, prompt, ids).map((logprob) => -logprob),
  );
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}

const gradientsOf = (calls: readonly PolicyCall[]) =>
  calls.flatMap((call) => (call.kind === "step" ? [call.gradients] : []));

describe("SFT", () => {
  test("the loss is the plain cross-entropy, and so is its gradient", async () => {
    const own = learner();
    const theta = Float64Array.from(own.policy.parameters);
    const { last } = await runStep(own, tasks, sft());
    expect(-last.update!.objective).toBeCloseTo(crossEntropy(theta), 6);
    expectClose(gradientsOf(own.policy.calls)[0], finiteDifferences(crossEntropy, theta), 1e-5);
  });

  test("on the logits it is (p − 1[v = y]) / tokens: summed up by hand for the first matrix", async () => {
    const own = learner();
    const { parameters } = own.policy;
    await runStep(own, tasks, sft());
    const expected = new Float64Array(words.length * words.length);
    const tokens = written.reduce((sum, { ids }) => sum + ids.length, 0);
    for (const { prompt, ids } of written)
      ids.forEach((sampled, t) => {
        const previous = t === 0 ? prompt.at(-1)! : ids[t - 1];
        tinyDistribution(parameters, words.length, { prompt, previous }).forEach((p, v) => {
          expected[previous * words.length + v] += (p - (v === sampled ? 1 : 0)) / tokens;
        });
      });
    expectClose(gradientsOf(own.policy.calls)[0].slice(0, expected.length), expected, 1e-6);
  });

  test("the mean over responses is there as well: each counts the same", async () => {
    const { last } = await runStep(learner(), tasks, sft({ aggregation: "seqMeanTokenMean" }));
    const { rows, objective } = last.update!;
    const means = rows.map(({ terms }) => terms.reduce((sum, { value }) => sum + value, 0) / terms.length);
    expect(objective).toBeCloseTo((means[0] + means[1]) / 4 + means[2] / 2, 12);
  });

  test("nothing is sampled; references are graded, never revised, and say what they are", async () => {
    const own = learner();
    const { last } = await runStep(own, tasks, sft());
    const sampled = own.policy.calls.flatMap((call) => (call.kind === "sample" ? call.requests : []));
    expect(sampled).toEqual([]);
    expect(last.groups.map(({ rollouts }) => rollouts.map((r) => [r.origin, r.text, r.reward]))).toEqual([
      [
        ["reference", "red green", 1],
        ["reference", "green grey red", 1],
      ],
      [["reference", "grey", 0]],
    ]);
    const [{ rollouts, prompt }] = last.groups;
    const [{ rollout }] = rollouts;
    expect(rollout.finish).toBe("stop");
    expectClose(
      rollout.logprobs,
      tinyLogprobs(tinyLearner().policy.parameters, words.length, prompt, rollout.ids),
      1e-6,
    );
    expect(last.update!.rows.map(({ advantage, weighting }) => [advantage, weighting.kind])).toEqual(
      Array.from({ length: 3 }, () => [1, "likelihood"]),
    );
  });

  test("a likelihood has no bound on its ratio: later passes keep their full slope", async () => {
    const config = { ...sft(), updates: 3, optimizer: { ...sft().optimizer, learningRate: 40 } };
    const own = learner();
    await runStep(own, tasks, config);
    const coefficients = own.policy.calls.flatMap((call) =>
      call.kind === "backward" ? [call.coefficients.flat(2)] : [],
    );
    expect(coefficients).toHaveLength(3);
    for (const pass of coefficients) expect(new Set(pass)).toEqual(new Set([1 / 9]));
  });

  test("a task without a reference is named", async () => {
    await expect(runStep(tinyLearner(), tasks, sft())).rejects.toThrow(
      expect.objectContaining({ code: "REFERENCES_MISSING", message: expect.stringContaining("red-green") }),
    );
  });

  test("references are no samples of the policy: the bound is not measured on them", async () => {
    const { states } = await runStep(learner(), tasks, sft(), { analyze: true });
    expect(states.find(({ phase }) => phase === "gradient")!.bound).toEqual([null, null]);
  });
});

describe("warm-up", () => {
  const pairs = [
    { draft: "red", revision: "red green" },
    { draft: "grey", revision: "green red" },
  ];
  const revisionPairs = ({ id }: Task, count: number) => (id === "red-green" ? pairs.slice(0, count) : []);
  /** The instruction, the draft, and what it misses. */
  const contexts = ["say red green red missing green", "say red green grey missing red green"];

  test("is the cross-entropy of revisions after their drafts and what these miss", async () => {
    const own = { ...tinyLearner(), revisionPairs };
    const theta = Float64Array.from(own.policy.parameters);
    const loss = (at: ArrayLike<number>): number => {
      const losses = pairs.flatMap(({ revision }, i) =>
        tinyLogprobs(at, words.length, idsOf(contexts[i]), idsOf(`${revision} .`)).map((logprob) => -logprob),
      );
      return losses.reduce((a, b) => a + b, 0) / losses.length;
    };
    const { last } = await runStep(own, [redGreen], sft({ references: "revisions" }));
    expect(-last.update!.objective).toBeCloseTo(loss(theta), 6);
    expectClose(gradientsOf(own.policy.calls)[0], finiteDifferences(loss, theta), 1e-5);
    expect(last.groups[0].rollouts.map(({ origin, text, context }) => [origin, text, context])).toEqual(
      pairs.map(({ revision }, i) => ["reference", revision, idsOf(contexts[i])]),
    );
  });

  test("a task without a draft and its revision is named", async () => {
    await expect(
      runStep({ ...learner(), revisionPairs }, [wordTask("blue")], sft({ references: "revisions" })),
    ).rejects.toThrow(
      expect.objectContaining({ code: "REFERENCES_MISSING", message: expect.stringContaining("blue") }),
    );
  });
});
