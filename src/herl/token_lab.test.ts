import { expect, test } from "vitest";
import { runStep } from "./testing/run_step";
import { methodConfig, tinyLearner, wordTask, words } from "./testing/tiny_world";
import { pushToken, tokenStep } from "./token_lab";

const say = (_prompt: string, sample: number) => ["red .", "grey green .", "."][sample];
const all = words.map((_, v) => v);

test("first order becomes exact as the fraction of the step goes to 0; the policy is put back", async () => {
  const learner = tinyLearner({ say });
  const { policy } = learner;
  const before = await policy.snapshot();
  const config = methodConfig({ rollouts: 3, optimizer: { learningRate: 2, maxGradNorm: 0 } });
  const { last } = await runStep(learner, [wordTask("red", "green")], config);
  const after = await policy.snapshot();
  const prefix = last.groups[0].prompt;
  const at = (fraction: number) =>
    tokenStep(policy, { ...{ before, after, prefix, fraction }, choose: () => all, temperature: 1 });

  const whole = await at(1);
  expect(whole.after).toEqual(await policy.nextToken(prefix));
  expect(await policy.snapshot()).toEqual(after);
  const worst = ({ before, after, firstOrder }: typeof whole) => {
    const largest = Math.max(...firstOrder.change.map(Math.abs));
    return (
      Math.max(...firstOrder.change.map((change, v) => Math.abs(after[v] - before[v] - change))) / largest
    );
  };
  expect(worst(whole)).toBeGreaterThan(0.01);
  expect(worst(await at(0.02))).toBeLessThan(0.1 * worst(whole));
});

test("a pushed token falls and the likely ones take its mass; a pulled one rises; all is put back", async () => {
  const { policy } = tinyLearner({ say });
  const before = await policy.snapshot();
  const push = (advantage: number) =>
    pushToken(policy, {
      ...{ prefix: [3, 4], token: 2, advantage, steps: 3, temperature: 1 },
      optimizer: { ...methodConfig().optimizer, learningRate: 0.1 },
    });
  const [down, up] = [await push(-1), await push(1)];
  expect(down).toHaveLength(4);
  expect(down[3][2]).toBeLessThan(down[0][2]);
  expect(up[3][2]).toBeGreaterThan(up[0][2]);
  const gains = all.filter((v) => v !== 2).sort((u, v) => down[0][v] - down[0][u]);
  const gained = (v: number) => Math.exp(down[3][v]) - Math.exp(down[0][v]);
  expect(gained(gains[0])).toBeGreaterThan(gained(gains.at(-1)!));
  expect(await policy.snapshot()).toEqual(before);
});
