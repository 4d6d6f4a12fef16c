import { describe, expect, test } from "vitest";
import { seedKey } from "../kernels/random/random";
import { runStep } from "./testing/run_step";
import { methodConfig, redGreen, sayRedGreen, tinyLearner, wordTask } from "./testing/tiny_world";
import { phases, trainStep, type StepState } from "./trainer";

describe("everything random comes from the key", () => {
  const tasks = [redGreen, wordTask("blue", "grey")];
  const config = methodConfig({
    hindsight: { rewriteWhen: "anyFailed", join: "replaceRandom" },
    measureTransfer: true,
  });
  const stepFrom = (seed: number, list = tasks) =>
    runStep(tinyLearner(), list, config, { key: seedKey(seed) });

  test("the same key gives the same step, to the last number", async () => {
    const [once, again] = [await stepFrom(5), await stepFrom(5)];
    expect(again.states).toEqual(once.states);
  });

  test("another key gives other responses", async () => {
    const [one, other] = [await stepFrom(5), await stepFrom(6)];
    const texts = ({ last }: typeof one) => last.groups[0].rollouts.map(({ text }) => text);
    expect(texts(other)).not.toEqual(texts(one));
  });

  test("a group's draws do not depend on its company", async () => {
    const [both, alone] = [await stepFrom(5), await stepFrom(5, [redGreen])];
    const { rollouts, drafts, revisions } = both.last.groups[0];
    expect(alone.last.groups[0]).toMatchObject({ rollouts, drafts, revisions });
    expect(revisions.length).toBeGreaterThan(0);
  });
});

describe("a step that pauses or stops", () => {
  const tasks = [redGreen, wordTask("blue", "grey")];
  const config = methodConfig({
    ...{ measureTransfer: true, objective: { klCoef: 0.01 } },
    hindsight: { rewriteWhen: "anyFailed", accept: "always" },
  });

  test("pausing between phases, with other use of the policy meanwhile, changes nothing", async () => {
    const [steady, paused] = [tinyLearner(), tinyLearner()];
    const straight = await runStep(steady, tasks, config);
    expect(straight.last.transfer).not.toBeNull();
    const states: StepState[] = [];
    for await (const state of trainStep(paused, tasks, config, seedKey(11))) {
      states.push(state);
      await new Promise((resolve) => setTimeout(resolve, 1));
      await paused.policy.sample([{ prompt: [1, 2], samples: 3, key: seedKey(99) }], config);
      await paused.policy.score([{ prompt: [1], branches: [[2, 3]] }]);
    }
    expect(states).toEqual(straight.states);
    expect(await paused.policy.snapshot()).toEqual(await steady.policy.snapshot());
  });

  test.each(phases.slice(0, -1))(
    "aborted after %s it rejects, and the policy is as it was",
    async (phase) => {
      const learner = tinyLearner({ say: sayRedGreen });
      const start = await learner.policy.snapshot();
      const stop = new AbortController();
      const aborted = async () => {
        for await (const state of trainStep(learner, tasks, config, seedKey(11), { signal: stop.signal }))
          if (state.phase === phase) stop.abort(new Error("enough"));
      };
      await expect(aborted()).rejects.toThrow("enough");
      expect(await learner.policy.snapshot()).toEqual(start);

      // Nothing is left of it: the next step is that of a policy that was never interrupted.
      const fresh = tinyLearner({ say: sayRedGreen });
      const [after, expected] = [await runStep(learner, tasks, config), await runStep(fresh, tasks, config)];
      expect(after.states).toEqual(expected.states);
      expect(await learner.policy.snapshot()).toEqual(await fresh.policy.snapshot());
    },
  );

  test("abandoned after its gradient, without an abort, it leaves none to the next step", async () => {
    const [learner, fresh] = [tinyLearner({ say: sayRedGreen }), tinyLearner({ say: sayRedGreen })];
    for await (const { phase } of trainStep(learner, tasks, config, seedKey(11)))
      if (phase === "gradient") break;
    expect(learner.policy.gradients.some((g) => g !== 0)).toBe(true);
    await runStep(learner, tasks, config);
    await runStep(fresh, tasks, config);
    expect(await learner.policy.snapshot()).toEqual(await fresh.policy.snapshot());
  });

  test("aborted once the optimiser has begun, it runs to its end: no half of a batch", async () => {
    const [learner, fresh] = [tinyLearner({ say: sayRedGreen }), tinyLearner({ say: sayRedGreen })];
    const several = { ...config, updates: 3 };
    const stop = new AbortController();
    const step = learner.policy.step.bind(learner.policy);
    learner.policy.step = (options) => {
      stop.abort(new Error("too late"));
      return step(options);
    };
    const { last } = await runStep(learner, tasks, several, { signal: stop.signal });
    const expected = await runStep(fresh, tasks, several);
    expect(last).toEqual(expected.last);
    expect(await learner.policy.snapshot()).toEqual(await fresh.policy.snapshot());
  });
});
