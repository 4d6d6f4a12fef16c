import { describe, expect, test } from "vitest";
import { RandomStream, seedKey } from "../../kernels/random/random";
import { gradientOf, scoreOf } from "../../analysis/gradient_of";
import { enumerate, withHindsight } from "./enumerate";
import { reachableToy } from "./items";
import { randomTheta } from "./testing/random_toy";
import { createToy } from "./toy";
import { toyLearner, toyTask } from "./toy_learner";

const toy = createToy(reachableToy);
const theta = randomTheta(toy, RandomStream.of(1, "policy"));
const optimizer = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  maxGradNorm: 1,
};

function setUp() {
  const { policy, codec, revisionMessages } = toyLearner(toy, theta);
  const task = toyTask(toy);
  const plainPrompt = codec.encode([{ role: "user", content: task.prompt }]);
  const missing = [true, false, false].map((met) => ({ status: met ? "satisfied" : "unmet" }) as const);
  const prompt = codec.encode(revisionMessages(task, "cb", missing));
  return { policy, codec, plainPrompt, prompt };
}

describe("the toy as a policy", () => {
  test("its prompts: the instruction; the draft and what it missed", () => {
    const { plainPrompt, prompt, policy } = setUp();
    expect(plainPrompt).toEqual([4, 8]);
    expect(prompt).toEqual([4, 3, 2, 6, 7, 8]);
    expect(prompt.length).toBeLessThan(policy.contextLength);
  });

  test("scores and gradients are those of the enumeration", async () => {
    const { policy, plainPrompt, prompt } = setUp();
    const plain = enumerate(toy, theta);
    for (const [context, whole] of [
      [plainPrompt, plain],
      [prompt, withHindsight(toy, plain, [1, 2])],
    ] as const) {
      const branches = toy.sequences.map(({ ids }) => ids);
      const [scores] = await policy.score([{ prompt: context, branches }]);
      for (const [n, { ids }] of toy.sequences.entries()) {
        expect(scores[n].logprobs.reduce((a, b) => a + b, 0)).toBeCloseTo(whole.logprobs[n], 5);
        const score = await scoreOf(policy, context, ids);
        whole.scores[n].forEach((s, j) => expect(score[j]).toBeCloseTo(s, 5));
      }
    }
  });

  test("it samples from what it scores", async () => {
    const { policy, prompt } = setUp();
    const { probabilities } = withHindsight(toy, enumerate(toy, theta), [1, 2]);
    const samples = 40_000;
    const [rollouts] = await policy.sample([{ prompt, samples, key: seedKey(1) }], {
      ...{ temperature: 1, maxNewTokens: 4 },
    });
    const counts = new Map<string, number>();
    for (const { ids } of rollouts) counts.set(ids.join(), (counts.get(ids.join()) ?? 0) + 1);
    let chiSquare = 0;
    toy.sequences.forEach(({ ids }, n) => {
      const expected = samples * probabilities[n];
      chiSquare += ((counts.get(ids.join()) ?? 0) - expected) ** 2 / expected;
    });
    expect(chiSquare / (toy.sequences.length - 1)).toBeLessThan(1.6); // 120 degrees: 1 ± 0.13
    const first = rollouts[0];
    const [[scores]] = await policy.score([{ prompt, branches: [first.ids] }]);
    expect(scores).toEqual({ logprobs: first.logprobs, entropies: first.entropies });
    expect(rollouts.every(({ ids, finish }) => (ids.at(-1) === 0) === (finish === "stop"))).toBe(true);
  });

  test("the next token's distribution follows a prompt and what has been said", async () => {
    const { policy, prompt } = setUp();
    const p = (await policy.nextToken([...prompt, 3, 1])).map(Math.exp);
    expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    const [[scores]] = await policy.score([{ prompt, branches: [[3, 1, 2]] }]);
    expect(Math.log(p[2])).toBeCloseTo(scores.logprobs[2], 5);
  });

  test("statistics of the unsampled tokens", async () => {
    const { policy, plainPrompt } = setUp();
    const [[row]] = await policy.backward([{ prompt: plainPrompt, branches: [[3, 0]] }], () => [2, -1]);
    expect([...row.coefficients]).toEqual([2, -1]);
    const p = (await policy.nextToken(plainPrompt)).map(Math.exp);
    const others = [p[0], p[1], p[2]];
    const sum = (of: (x: number) => number) => others.reduce((s, x) => s + of(x), 0);
    expect(row.sampledProbability[0]).toBeCloseTo(p[3], 6);
    expect(row.unsampledMass[0]).toBeCloseTo(1 - p[3], 6);
    expect(row.unsampledSquares[0]).toBeCloseTo(
      sum((x) => x * x),
      6,
    );
    expect(row.unsampledLogs[0]).toBeCloseTo(
      sum((x) => x * Math.log(x)),
      6,
    );
  });

  test("snapshot, restore and preserve put everything back; a step follows AdamW", async () => {
    const { policy, plainPrompt } = setUp();
    const trees = [{ prompt: plainPrompt, branches: [[3, 1, 2, 0]] }];
    const ones = () => [1, 1, 1, 1];
    await policy.backward(trees, ones);
    const gradients = await policy.readGradients();
    const tried = await policy.preserve(async () => {
      await policy.step(optimizer);
      return policy.snapshot();
    });
    expect(await policy.readGradients()).toEqual(gradients);
    expect(policy.parameters).toEqual(theta);
    const { gradNorm } = await policy.step(optimizer);
    expect(gradNorm).toBeCloseTo(Math.hypot(...gradients), 5);
    expect(await policy.snapshot()).toEqual(tried);
    // The first step of Adam moves each parameter by the rate, against its gradient.
    const moved = policy.parameters.map((x, i) => x - theta[i]);
    gradients.forEach((g, i) => expect(moved[i]).toBeCloseTo(-0.1 * Math.sign(g), 5));
    const ascent = await gradientOf(policy, trees, ones);
    policy.restore(tried);
    expect(await gradientOf(policy, trees, ones)).toEqual(ascent);
    policy.gradients[0] = NaN;
    expect(await policy.step(optimizer)).toMatchObject({ skipped: true });
    expect(policy.parameters).toEqual(tried.parameters);
  });

  test("what the toy cannot say is refused", async () => {
    const { policy, plainPrompt } = setUp();
    const code = expect.objectContaining({ code: "CONTEXT_TOO_LONG" });
    await expect(policy.score([{ prompt: plainPrompt, branches: [[1, 1, 1, 1, 1]] }])).rejects.toEqual(code);
    await expect(policy.score([{ prompt: plainPrompt, branches: [[0, 1]] }])).rejects.toEqual(code);
    const request = { prompt: Array<number>(40).fill(4), samples: 1, key: seedKey(1) };
    await expect(policy.sample([request], { temperature: 1, maxNewTokens: 4 })).rejects.toEqual(code);
  });
});
