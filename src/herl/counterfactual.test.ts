import { describe, expect, test } from "vitest";
import { flowsOf } from "../analysis/flows";
import { compareTrials, counterfactualGroups, tryStep, type Counterfactual } from "./counterfactual";
import { runStep } from "./testing/run_step";
import { samples } from "./testing/samples";
import { methodConfig, tinyLearner, wordTask, type MethodOverrides } from "./testing/tiny_world";

const say = (prompt: string, sample: number) =>
  prompt.includes("missing") ? "green red ." : ["red .", "grey green .", "."][sample];
const overrides: MethodOverrides = { rollouts: 3, optimizer: { learningRate: 0.5 } };
const config = methodConfig(overrides);

async function recorded() {
  const learner = tinyLearner({ say });
  const before = await learner.policy.snapshot();
  const { last } = await runStep(learner, [wordTask("red", "green")], config);
  const attempt = (change: Partial<Counterfactual> = {}) =>
    tryStep(learner.policy, last.groups, { config, ...change }, { before, prefix: last.groups[0].prompt });
  return { learner, before, last, attempt };
}

const advantagesOf = (groups: readonly { rows: readonly { advantage: number }[] }[]) =>
  groups[0].rows.map(({ advantage }) => advantage);

describe("a step as it might have been", () => {
  test("nothing changed: the recorded step, and the policy is put back", async () => {
    const { learner, last, attempt } = await recorded();
    const after = await learner.policy.snapshot();
    const trial = await attempt();
    expect(trial.update.rows).toEqual(last.update!.rows);
    expect(trial.update.steps).toEqual(last.update!.steps);
    expect(trial.nextToken).toEqual(await learner.policy.nextToken(last.groups[0].prompt));
    expect(await learner.policy.snapshot()).toEqual(after);
    expect(compareTrials(trial, trial).cosine).toBeCloseTo(1, 9);
  });

  test("a rollout's reward: advantages by hand", async () => {
    const { last, attempt } = await recorded();
    expect(last.groups[0].rows.map(({ reward }) => reward)).toEqual([0.525, 0.5, 0, 1]);
    const trial = await attempt({
      rewards: [{ group: 0, index: 2, reward: 0.5 }],
      config: methodConfig({ ...overrides, bonus: { alpha: 0 }, advantage: { std: "none" } }),
    });
    // Rewards ½, ½, ½, 1 about their mean ⅝.
    expect(advantagesOf(trial.groups)).toEqual([-0.125, -0.125, -0.125, 0.375]);
    const { cosine, recordedNorm, changedNorm } = compareTrials(await attempt(), trial);
    expect(cosine).toBeLessThan(1);
    expect(changedNorm).toBeLessThan(recordedNorm);
  });

  test("an advantage scales its row's coefficients and flows", async () => {
    const { attempt } = await recorded();
    const only = (advantage: number) =>
      attempt({
        advantages: [0, 1, 2].map((index) => ({
          ...{ group: 0, source: "rollout" as const, index },
          advantage: index === 0 ? advantage : 0,
        })),
        dropRevisions: true,
      });
    const [one, two] = [await only(1), await only(-2)];
    expect(flowsOf(two.update.rows).negativeSampled).toBeCloseTo(
      -2 * flowsOf(one.update.rows).positiveSampled,
      6,
    );
    const { cosine, product, recordedNorm, changedNorm } = compareTrials(one, two);
    expect(cosine).toBeCloseTo(-1, 9);
    expect(product).toBeCloseTo(-recordedNorm * changedNorm, 9);
    expect(changedNorm).toBeCloseTo(2 * recordedNorm, 6);
  });

  test("without the revision; with its context dropped", async () => {
    const { last, attempt } = await recorded();
    const without = await attempt({ dropRevisions: true });
    expect(without.groups[0].rows.map(({ source }) => source)).toEqual(["rollout", "rollout", "rollout"]);
    expect(without.groups[0].joined).toBeNull();
    const naive = await attempt({
      config: methodConfig({ ...overrides, hindsight: { context: "dropped" } }),
    });
    const promptOf = ({ update }: typeof naive) => update.rows.find((r) => r.source === "revision")!.prompt;
    expect(promptOf(naive)).toEqual(last.groups[0].prompt);
    expect(promptOf(await attempt())).toEqual(last.groups[0].revisions[0].context);
  });

  test("unknown grades stay out, unless the reader gives a reward", () => {
    const group = { rollouts: samples(null, 0, 1), revisions: [], joined: null, rows: [] } as never;
    const plain = counterfactualGroups([group], { config });
    expect(plain[0].rows.map(({ index }) => index)).toEqual([1, 2]);
    const given = counterfactualGroups([group], { config, rewards: [{ group: 0, index: 0, reward: 1 }] });
    expect(given[0].rows.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test("scored segments keep their advantages, unless the reader gives the row one", () => {
    const segments = [
      { start: 0, end: 1, text: "a" },
      { start: 1, end: 3, text: "b" },
    ];
    const scored = samples(0, 1).map((sample, i) => ({
      ...sample,
      process: { segments, scores: i === 0 ? [0.5, 1] : [0, 0.25] },
    }));
    const group = { rollouts: scored, revisions: [], joined: null, rows: [] } as never;
    const byScores = methodConfig({ hindsight: { enabled: false }, process: { scores: "segments" } });
    const tokensOf = (change: Partial<Counterfactual>) =>
      counterfactualGroups([group], { config: byScores, ...change })[0].rows.map(
        (row) => row.tokenAdvantages,
      );
    // DeltaNorm: s_1 − s_T, then s_t − s_{t−1}.
    expect(tokensOf({})).toEqual([
      [-0.5, 0.5, 0.5],
      [-0.25, 0.25, 0.25],
    ]);
    const given = [{ group: 0, source: "rollout", index: 1, advantage: 2 } as const];
    expect(tokensOf({ advantages: given })).toEqual([[-0.5, 0.5, 0.5], undefined]);
  });
});
