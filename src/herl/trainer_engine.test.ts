/** The step on the real engine: a Llama decoder of two layers, trained by AdamW. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../compute/backend";
import { CpuBackend } from "../compute/cpu";
import { seedKey } from "../kernels/random/random";
import { LlamaPolicy } from "../policy/llama_policy";
import { allProjections } from "../policy/lora";
import { fixtureConfig, fixtureWeights, tiedModel } from "../policy/testing/fixture";
import type { Task } from "../rubric/schema";
import { runStep } from "./testing/run_step";
import { item, methodConfig } from "./testing/tiny_world";
import type { Learner } from "./learner";
import { trainStep, type StepState } from "./trainer";

/** Token ids as text: "4 9". The task wants two of them. */
const task: Task = { id: "ids", prompt: "2 3 5", rubric: [item("7"), item("11")] };

const config = methodConfig({
  ...{ groups: 2, rollouts: 5, maxNewTokens: 12, updates: 2, measureTransfer: true },
  hindsight: { rewriteWhen: "anyFailed", accept: "always" },
  objective: { klCoef: 0.01 },
  optimizer: { learningRate: 0.01, maxGradNorm: 1 },
});

describe("one step on the engine", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await CpuBackend.create();
  });

  function open(): Learner & { policy: LlamaPolicy } {
    const lora = { rank: 4, alpha: 8, targets: allProjections };
    const policy = new LlamaPolicy(backend, fixtureConfig(true), fixtureWeights(tiedModel), {
      training: { mode: "lora", lora, key: seedKey(3) },
      endIds: new Set([1]),
    });
    policy.markReference();
    return {
      policy,
      codec: {
        encode: (messages) => messages.flatMap(({ content }) => content.split(" ").map(Number)),
        encodeResponse: (text) => [...text.split(" ").map(Number), 1],
        decode: (ids) => ids.filter((id) => id !== 1).join(" "),
      },
      grader: {
        grade: async ({ rubric }, response) =>
          rubric.map(({ text }) => ({ status: response.split(" ").includes(text) ? "satisfied" : "unmet" })),
      },
      revisionMessages: ({ rubric }, _draft, verdicts) => [
        { role: "user", content: task.prompt },
        ...rubric
          .filter((_, i) => verdicts[i].status === "unmet")
          .map(({ text }) => ({ role: "user" as const, content: text })),
      ],
      scaffoldMessages: () => [{ role: "user", content: task.prompt }],
    };
  }

  test("the ratio is 1 to the last bit on the first pass, and the samples' log-probabilities agree", async () => {
    const { last } = await runStep(open(), [task, task], config);
    const { rows, steps } = last.update!;
    expect(rows.some(({ source }) => source === "revision")).toBe(true);
    for (const { terms, source, index, group, gradients } of rows) {
      expect(terms.every(({ ratio }) => ratio === 1)).toBe(true);
      const { rollouts, revisions } = last.groups[group];
      const { logprobs } = (source === "rollout" ? rollouts : revisions)[index].rollout;
      logprobs.forEach((logprob, t) => expect(gradients.logprobs[t]).toBeCloseTo(logprob, 4));
    }
    expect(steps).toHaveLength(2);
    expect(steps.every(({ skipped, gradNorm }) => !skipped && gradNorm > 0)).toBe(true);
  });

  test("pausing between phases to evaluate changes no bit of it", async () => {
    const [steady, paused] = [open(), open()];
    const straight = await runStep(steady, [task, task], config);
    const states: StepState[] = [];
    for await (const state of trainStep(paused, [task, task], config, seedKey(11))) {
      states.push(state);
      await paused.policy.sample([{ prompt: [4, 5, 6], samples: 3, key: seedKey(9) }], config);
      await paused.policy.score([{ prompt: [4], branches: [[2, 3, 1]] }], { weights: "reference" });
    }
    expect(states).toEqual(straight.states);
    expect(await paused.policy.snapshot()).toEqual(await steady.policy.snapshot());
  });

  test("aborted at the gradient, it leaves the policy and the next step as they were", async () => {
    const [learner, fresh] = [open(), open()];
    const start = await learner.policy.snapshot();
    const stop = new AbortController();
    const aborted = async () => {
      for await (const { phase } of trainStep(learner, [task], config, seedKey(1), { signal: stop.signal }))
        if (phase === "gradient") stop.abort(new Error("enough"));
    };
    await expect(aborted()).rejects.toThrow("enough");
    expect(await learner.policy.snapshot()).toEqual(start);
    await runStep(learner, [task], config);
    await runStep(fresh, [task], config);
    expect(await learner.policy.snapshot()).toEqual(await fresh.policy.snapshot());
  });
});
