import { expect, test } from "vitest";
import { dot } from "../analysis/vectors";
import { gradientOf, scoreOf } from "../analysis/gradient_of";
import { measureBound } from "./measure_bound";
import { runStep } from "./testing/run_step";
import { methodConfig, tinyLearner, wordTask } from "./testing/tiny_world";

const say = (_prompt: string, sample: number) => ["red .", "grey green .", "."][sample];

test("the chain of a group, from the gradients of its rollouts; the revision takes no part", async () => {
  const learner = tinyLearner({ say });
  const { last } = await runStep(learner, [wordTask("red", "green")], methodConfig({ rollouts: 3 }), {
    analyze: true,
  });
  // Measured before the update: take it again on the policy as it was.
  const fresh = tinyLearner({ say });
  const [group] = last.groups;
  expect(last.bound).toEqual([await measureBound(fresh.policy, group, { temperature: 1 })]);
  expect(last.bound![0]).toMatchObject({ samples: 3 });

  const scores: Float32Array[] = [];
  for (const { rollout } of group.rollouts)
    scores.push(await scoreOf(fresh.policy, group.prompt, rollout.ids));
  expect(last.bound![0]!.scoreNorm).toBeCloseTo(Math.sqrt(scores.reduce((s, g) => s + dot(g, g) / 3, 0)), 6);
  expect(last.bound![0]!.unmet).toBeCloseTo((0.5 + 0.5 + 1) / 3, 12);
});

test("per-sample gradients add up to the batch's, and leave accumulated gradients alone", async () => {
  const { policy } = tinyLearner({ say });
  const branches = [[1, 2], [3], [2, 2, 1]];
  const ones = (_tree: number, _branch: number, { logprobs }: { logprobs: Float32Array }) =>
    logprobs.map(() => 1);
  await policy.backward([{ prompt: [4], branches: [[1]] }], ones);
  const accumulated = await policy.readGradients();
  const whole = await gradientOf(policy, [{ prompt: [4], branches }], ones);
  const parts: Float32Array[] = [];
  for (const ids of branches) parts.push(await scoreOf(policy, [4], ids));
  whole.forEach((g, i) => expect(parts.reduce((sum, part) => sum + part[i], 0)).toBeCloseTo(g, 5));
  expect(await policy.readGradients()).toEqual(accumulated);
});
