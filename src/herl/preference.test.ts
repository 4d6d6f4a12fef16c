import { describe, expect, test } from "vitest";
import { expectClose, finiteDifferences } from "../kernels/testing";
import type { MethodConfig } from "./config";
import type { Group, Row, Sample } from "./group";
import { logSigmoid, sigmoid, tokenTerm, weightOf } from "./objective";
import { marginOf, preferenceRows, preferenceStatistics, preferenceWeighting } from "./preference";
import { runStep } from "./testing/run_step";
import { tinyLogprobs, type PolicyCall } from "./testing/tiny_policy";
import {
  methodConfig,
  redGreen,
  tinyLearner,
  wordTask,
  words,
  type MethodOverrides,
} from "./testing/tiny_world";

const rowsOf = (...rewards: number[]): Omit<Row, "advantage">[] =>
  rewards.map((reward, index) => ({
    ...{ source: "rollout", index, graded: reward, reward, bonus: 0, overlong: 0 },
  }));
const origins = (...list: Sample["origin"][]) => list.map((origin) => ({ origin }));
const sampled = (count: number) => origins(...Array.from({ length: count }, () => undefined));
const told = (rows: readonly Row[]) => rows.map(({ index, advantage }) => [index, advantage]);

describe("the pair of a group", () => {
  test("is its best and its worst response, the first of equals", () => {
    expect(told(preferenceRows(rowsOf(0.5, 1, 0.25, 1, 0.25), sampled(5)))).toEqual([
      [1, 1],
      [2, -1],
    ]);
  });

  test("is not there where all are rewarded alike, or where only one could be graded", () => {
    expect(preferenceRows(rowsOf(0.5, 0.5 + 1e-7, 0.5), sampled(3))).toEqual([]);
    expect(preferenceRows(rowsOf(0.5), sampled(4))).toEqual([]);
    expect(preferenceRows([], sampled(4))).toEqual([]);
  });

  test("is what was written as one, whatever the rewards", () => {
    expect(told(preferenceRows(rowsOf(0.25, 0.5), origins("reference", "rejected")))).toEqual([
      [0, 1],
      [1, -1],
    ]);
    expect(preferenceRows(rowsOf(1), origins("reference", "rejected"))).toEqual([]);
  });
});

/** Σ ln π of −2 against −3 at the start, and −4 against −2.5: m = 1 + 1.5. */
const pair = {
  chosen: { logprob: -2, reference: -3, tokens: 3 },
  rejected: { logprob: -4, reference: -2.5, tokens: 5 },
};

describe("by hand, β = 0.4 and m = 2.5", () => {
  const beta = 0.4;

  test("ln σ(1) = −0.3133 in all, and a slope of ±0.4 σ(−1) = ±0.1076 at every token", () => {
    const weighting = preferenceWeighting(pair, beta);
    expect(marginOf(pair)).toBe(2.5);
    const [up, down] = [1, -1].map((advantage) => tokenTerm(weighting, advantage, -0.5, -0.7));
    expect(3 * up.value + 5 * down.value).toBeCloseTo(-0.3132616875182228, 12);
    expect(up.slope).toBeCloseTo(0.4 * 0.2689414213699951, 12);
    expect(down.slope).toBe(-up.slope);
    expect(weightOf(weighting, up)).toBe(up.slope);
  });

  test("statistics as TRL names them", () => {
    const lost = {
      chosen: { logprob: -6, reference: -5, tokens: 2 },
      rejected: { logprob: -1, reference: -1, tokens: 1 },
    };
    const statistics = preferenceStatistics([pair, lost], beta)!;
    const { pairs, chosenReward, rejectedReward, accuracy, margin, ...logprobs } = statistics;
    expect({ pairs, accuracy, ...logprobs }).toEqual({
      ...{ pairs: 2, accuracy: 0.5, chosenLogprob: -4, rejectedLogprob: -2.5 },
    });
    // β (1 − 1) / 2, β (−1.5 + 0) / 2 and their difference.
    expectClose([chosenReward, rejectedReward, margin], [0, -0.3, 0.3], 1e-12);
    expect(preferenceStatistics([], beta)).toBeNull();
  });

  test("far margins stay finite", () => {
    expect(logSigmoid(-800)).toBe(-800);
    expect(logSigmoid(800)).toBeCloseTo(0, 12);
    expect([sigmoid(-800), sigmoid(0), sigmoid(800)]).toEqual([0, 0.5, 1]);
  });
});

/** J = mean over the groups' pairs of ln σ(β m), straight from the definition. */
function objectiveAt(
  theta: ArrayLike<number>,
  start: ArrayLike<number>,
  groups: readonly Group[],
  beta: number,
) {
  const pairs = groups.filter(({ rows }) => rows.length > 0);
  const total = ({ prompt, rollouts }: Group, at: ArrayLike<number>, place: number, rows: readonly Row[]) =>
    tinyLogprobs(at, words.length, prompt, rollouts[rows[place].index].rollout.ids).reduce(
      (a, b) => a + b,
      0,
    );
  const values = pairs.map((group) => {
    const gain = (place: number) =>
      total(group, theta, place, group.rows) - total(group, start, place, group.rows);
    return -Math.log(1 + Math.exp(-beta * (gain(0) - gain(1))));
  });
  return values.reduce((a, b) => a + b, 0) / values.length;
}

const kindOf = <K extends PolicyCall["kind"]>(calls: readonly PolicyCall[], kind: K) =>
  calls.filter((call): call is Extract<PolicyCall, { kind: K }> => call.kind === kind);

const dpo = (overrides: MethodOverrides = {}): MethodConfig =>
  methodConfig({
    ...{ hindsight: { enabled: false }, bonus: { alpha: 0 }, preference: { beta: 0.5 } },
    ...{ objective: { loss: "preference" }, optimizer: { learningRate: 2 } },
    ...overrides,
  });

describe("a step of DPO", () => {
  /** Rewards of 0.5, 0, 1 and 0.5 in the first group, all 0 in the second, 0 and 1 in the third. */
  const say = (prompt: string, sample: number) => {
    if (prompt.includes("grey")) return "red .";
    return prompt.includes("blue")
      ? [".", "blue .", ".", "blue grey ."][sample]
      : ["red .", "blue grey .", "grey green red .", "green ."][sample];
  };
  const tasks = [redGreen, wordTask("grey"), wordTask("blue")];

  test("trains one pair a group, and none where rewards are alike", async () => {
    const { last } = await runStep(tinyLearner({ say }), tasks, dpo());
    expect(last.groups.map(({ rows }) => told(rows))).toEqual([
      [
        [2, 1],
        [1, -1],
      ],
      [],
      [
        [1, 1],
        [0, -1],
      ],
    ]);
    expect(last.update!.rows.map(({ group }) => group)).toEqual([0, 0, 2, 2]);
    // Where the run starts every margin is 0: the loss is ln 2.
    expect(last.update!.objective).toBeCloseTo(-Math.log(2), 12);
    expect(last.update!.preference).toMatchObject({ pairs: 2, margin: 0, accuracy: 0 });
    expect(last.update!.kl).toBeNull();
  });

  test.each([
    ["sampled pairs", {}],
    ["another β", { preference: { beta: 2 } }],
  ] as [string, MethodOverrides][])(
    "the optimiser receives the gradient of the mean of ln σ(β m) at every pass: %s",
    async (_name, overrides) => {
      const config = dpo({ updates: 3, ...overrides });
      const learner = tinyLearner({ say });
      const start = learner.policy.parameters;
      const { last } = await runStep(learner, tasks, config);
      const passes = kindOf(learner.policy.calls, "backward");
      const steps = kindOf(learner.policy.calls, "step");
      expect(steps).toHaveLength(3);
      const { beta } = config.preference;
      steps.forEach(({ gradients }, pass) => {
        const theta = Float64Array.from(passes[pass].parameters);
        const numeric = finiteDifferences((x) => objectiveAt(x, start, last.groups, beta), theta);
        expectClose(
          gradients.map((g) => -g),
          numeric,
          1e-5,
        );
      });
      expect(objectiveAt(learner.policy.parameters, start, last.groups, beta)).toBeGreaterThan(-Math.log(2));
    },
  );

  test("the statistics are of the first pass, against where the run started", async () => {
    const learner = tinyLearner({ say });
    const start = learner.policy.parameters;
    await runStep(learner, tasks, dpo());
    const { last } = await runStep(learner, tasks, dpo());
    const { objective, preference } = last.update!;
    const at = kindOf(learner.policy.calls, "backward")[1].parameters;
    expect(objective).toBeCloseTo(objectiveAt(at, start, last.groups, 0.5), 5);
    expect(preference!.margin).toBeCloseTo(preference!.chosenReward - preference!.rejectedReward, 10);
    expect(preference!.accuracy).toBe(1);
  });
});

describe("pairs of a file", () => {
  const task = { ...redGreen, reference: "red", rejected: "green red" };
  const references = () => [task.reference];
  const config = dpo({ preference: { pairs: "file" } });

  test("are trained as they were written, and nothing is sampled", async () => {
    const learner = { ...tinyLearner(), references };
    const { last } = await runStep(learner, [task], config);
    const [{ rollouts, rows }] = last.groups;
    expect(rollouts.map(({ text, origin, reward }) => [text, origin, reward])).toEqual([
      ["red", "reference", 0.5],
      ["green red", "rejected", 1],
    ]);
    expect(told(rows)).toEqual([
      [0, 1],
      [1, -1],
    ]);
    expect(kindOf(learner.policy.calls, "sample").flatMap(({ requests }) => requests)).toEqual([]);
  });

  test("are missed by name", async () => {
    await expect(runStep({ ...tinyLearner(), references }, [redGreen], config)).rejects.toThrow(
      expect.objectContaining({ code: "REFERENCES_MISSING" }),
    );
  });
});
