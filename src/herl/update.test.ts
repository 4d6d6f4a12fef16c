/**
 * The full circle: what the optimiser receives is the gradient of the objective that method.md writes down. The
 * objective is written here a second time, straight from equations (9), (11) and (12), and differentiated by
 * differences.
 */
import { describe, expect, test } from "vitest";
import { expectClose, finiteDifferences } from "../kernels/testing";
import { scoringTemperature, type MethodConfig } from "./config";
import type { Group, Row } from "./group";
import { runStep } from "./testing/run_step";
import { tinyLogprobs, type PolicyCall } from "./testing/tiny_policy";
import { methodConfig, tinyLearner, wordTask, words, type MethodOverrides } from "./testing/tiny_world";
import { updatePolicy } from "./update";

type Parameters = ArrayLike<number>;

/** Two groups with a revision each; one response is cut off. */
const tasks = [wordTask("red", "green"), wordTask("blue")];

const say = (prompt: string, sample: number): string => {
  if (prompt.includes("missing")) return prompt.includes("blue") ? "grey blue ." : "green red .";
  return [
    ["red .", "grey grey green .", ".", "say grey"],
    ["red .", "blue grey red .", ".", "green"],
  ][prompt.includes("blue") ? 1 : 0][sample];
};

interface Policies {
  /** π_old and the reference: where the step began. */
  readonly old: Parameters;
  readonly reference: Parameters;
}

/** J at the parameters θ, equation (9) with the KL term, over all groups. */
function objectiveAt(
  theta: Parameters,
  groups: readonly Group[],
  at: Policies,
  config: MethodConfig,
): number {
  const rows = groups.flatMap((group) =>
    group.rows.map((row) => ({ group, row, ...placeOf(group, row, config) })),
  );
  const tokens = rows.reduce((sum, { ids }) => sum + ids.length, 0);
  return rows.reduce((sum, { group, row, prompt, ids }) => {
    const weight = {
      seqMeanTokenMean: 1 / groups.length / group.rows.length / ids.length,
      tokenMean: 1 / tokens,
      seqMeanTokenSumNorm: 1 / groups.length / group.rows.length / config.maxNewTokens,
    }[config.objective.aggregation];
    const logprobs = (parameters: Parameters) =>
      tinyLogprobs(parameters, words.length, prompt, ids, scoringTemperature(config));
    const [now, old, reference] = [theta, at.old, at.reference].map(logprobs);
    const values = now.map((logprob, t) => {
      const d = reference[t] - logprob;
      const kl = Math.exp(d) - d - 1;
      return tokenValue(Math.exp(logprob - old[t]), row, config) - config.objective.klCoef * kl;
    });
    return sum + weight * values.reduce((a, b) => a + b, 0);
  }, 0);
}

/** What a row was trained after, and its tokens. */
function placeOf(group: Group, row: Row, { hindsight }: MethodConfig) {
  if (row.source === "rollout") return { prompt: group.prompt, ids: group.rollouts[row.index].rollout.ids };
  const { context, rollout } = group.revisions[row.index];
  return { prompt: hindsight.context === "kept" ? context : group.prompt, ids: rollout.ids };
}

function tokenValue(
  ratio: number,
  { source, advantage }: Row,
  { hindsight, objective }: MethodConfig,
): number {
  const { weight, gamma, shapingScale } = hindsight;
  if (source === "revision" && weight === "unit") return ratio * advantage;
  if (source === "revision" && weight === "shaped") {
    const slopeAt1 = gamma / (1 + gamma) ** 2;
    return ((ratio / (ratio + gamma)) * advantage) / (shapingScale === "unit" ? slopeAt1 : 1);
  }
  const clipped = Math.min(1 + objective.clipHigh, Math.max(1 - objective.clipLow, ratio));
  return Math.min(ratio * advantage, clipped * advantage);
}

const kindOf = <K extends PolicyCall["kind"]>(calls: readonly PolicyCall[], kind: K) =>
  calls.filter((call): call is Extract<PolicyCall, { kind: K }> => call.kind === kind);

describe("the optimiser receives the gradient of the objective", () => {
  const cases: [string, MethodOverrides][] = [
    ["HeRL", {}],
    ["HE with γ = 0.1", { bonus: { alpha: 0 }, hindsight: { gamma: 0.1 } }],
    ["the shaped weight scaled to unit", { hindsight: { shapingScale: "unit" } }],
    ["NaiveHE", { hindsight: { context: "dropped", weight: "clipped" }, bonus: { alpha: 0 } }],
    ["the context kept, the plain ratio", { hindsight: { weight: "unit" } }],
    ["RLVR", { hindsight: { enabled: false } }],
    ["a KL term", { objective: { klCoef: 0.3 } }],
    ["the mean over all tokens", { objective: { aggregation: "tokenMean" } }],
    ["the sum over a constant length", { objective: { aggregation: "seqMeanTokenSumNorm" } }],
    ["another temperature", { temperature: 0.6, objective: { klCoef: 0.3 } }],
    ["no deviation, the bonus afterwards", { advantage: { std: "none" }, bonus: { when: "after" } }],
  ];

  test.each(cases)("%s, over three updates of one batch", async (_name, overrides) => {
    const config = methodConfig({ updates: 3, optimizer: { learningRate: 5 }, ...overrides });
    const learner = tinyLearner({ say });
    const start = learner.policy.parameters;
    const { last } = await runStep(learner, tasks, config);
    const policies = { old: start, reference: start };
    const passes = kindOf(learner.policy.calls, "backward");
    const steps = kindOf(learner.policy.calls, "step");
    expect(passes).toHaveLength(3);

    passes.forEach(({ trees, coefficients, parameters }, pass) => {
      const theta = Float64Array.from(parameters);
      const gradient = finiteDifferences((x) => objectiveAt(x, last.groups, policies, config), theta);
      // Σ c ln π with the coefficients that were handed over, held fixed.
      const handedOver = (x: Float64Array) =>
        trees.reduce(
          (sum, { prompt, branches }, tree) =>
            branches.reduce((part, ids, branch) => {
              const logprobs = tinyLogprobs(x, words.length, prompt, ids, scoringTemperature(config));
              return part + logprobs.reduce((s, l, t) => s + coefficients[tree][branch][t] * l, 0);
            }, sum),
          0,
        );
      expectClose(finiteDifferences(handedOver, theta), gradient, 1e-5);
      expectClose(
        steps[pass].gradients.map((g) => -g),
        gradient,
        1e-5,
      );
    });
  });

  test("and the three updates above do leave the range of clipping", async () => {
    const learner = tinyLearner({ say });
    await runStep(learner, tasks, methodConfig({ updates: 3, optimizer: { learningRate: 5 } }));
    const [first, , third] = kindOf(learner.policy.calls, "backward");
    const zeros = ({ coefficients }: typeof first) => coefficients.flat(2).filter((c) => c + 0 === 0).length;
    expect(zeros(first)).toBe(0);
    expect(zeros(third)).toBeGreaterThan(3);
  });
});

describe("updates of one batch", () => {
  test("the first one has every ratio at exactly 1", async () => {
    const { last } = await runStep(tinyLearner({ say }), tasks, methodConfig());
    const ratios = last.update!.rows.flatMap(({ terms }) => terms.map(({ ratio }) => ratio));
    expect(ratios.length).toBeGreaterThan(10);
    expect(new Set(ratios)).toEqual(new Set([1]));
  });

  test("clipping is counted over all passes: none in the first, some once ratios have left 1", async () => {
    const config = (updates: number) => methodConfig({ updates, optimizer: { learningRate: 5 } });
    const once = await runStep(tinyLearner({ say }), tasks, config(1));
    const thrice = await runStep(tinyLearner({ say }), tasks, config(3));
    const { tokens } = once.last.update!.clipping;
    expect(once.last.update!.clipping).toEqual({ tokens, low: 0, high: 0 });
    expect(thrice.last.update!.clipping.tokens).toBe(3 * tokens);
    expect(thrice.last.update!.clipping.low + thrice.last.update!.clipping.high).toBeGreaterThan(0);
  });

  test("later ones measure the ratio against the first pass: π_old stays where the batch was sampled", async () => {
    const config = methodConfig({
      updates: 2,
      optimizer: { learningRate: 0.05 },
      hindsight: { enabled: false },
    });
    const learner = tinyLearner({ say });
    const { last } = await runStep(learner, tasks.slice(0, 1), config);
    const [first, second] = kindOf(learner.policy.calls, "backward");
    const { rows } = last.update!;
    rows.forEach(({ oldLogprobs, ids, prompt, tokenWeight, advantage }, branch) => {
      const logprobs = (at: Parameters) => tinyLogprobs(at, words.length, prompt, ids);
      expectClose(oldLogprobs, logprobs(first.parameters), 1e-6);
      // Within the clipping range the coefficient is weight · ρ · A.
      const ratios = logprobs(second.parameters).map((l, t) => Math.exp(l - oldLogprobs[t]));
      expectClose(
        second.coefficients[0][branch],
        ratios.map((ratio) => tokenWeight * ratio * advantage),
        1e-5,
      );
      expect(ratios.every((ratio) => ratio !== 1)).toBe(true);
    });
    expect(last.update!.steps).toHaveLength(2);
  });

  test("need no extra pass for the old log-probabilities", async () => {
    const learner = tinyLearner({ say });
    await runStep(learner, tasks, methodConfig({ updates: 2 }));
    const order = learner.policy.calls.map(({ kind }) => kind);
    expect(order).toEqual(["sample", "sample", "backward", "step", "backward", "step"]);
  });

  test("the reference is scored once, under the sampling temperature, and only for a KL term", async () => {
    const learner = tinyLearner({ say });
    await runStep(learner, tasks, methodConfig({ updates: 2, temperature: 0.7, objective: { klCoef: 0.1 } }));
    const scored = kindOf(learner.policy.calls, "score");
    expect(scored.map(({ options }) => [options.weights, options.temperature])).toEqual([["reference", 0.7]]);
  });
});

describe("the report of an update", () => {
  test("names for every row what it was trained after and what its tokens received", async () => {
    const { last } = await runStep(tinyLearner({ say }), tasks, methodConfig());
    const { rows, objective } = last.update!;
    expect(rows.map(({ group, source, index }) => [group, source, index])).toEqual([
      ...[0, 1, 2, 3].map((i) => [0, "rollout", i]),
      [0, "revision", 0],
      ...[0, 1, 2, 3].map((i) => [1, "rollout", i]),
    ]);
    for (const { terms, gradients, tokenWeight, ids } of rows) {
      expect(terms).toHaveLength(ids.length);
      expectClose(
        gradients.coefficients,
        terms.map(({ slope }) => tokenWeight * slope),
        1e-6,
      );
    }
    // With every ratio at 1 a rollout contributes A / (groups · rows), a revision half of that: f(1) = 1/2.
    const byHand = rows.reduce((sum, { group, source, advantage }) => {
      const value = source === "revision" ? advantage / 2 : advantage;
      return sum + value / last.groups.length / last.groups[group].rows.length;
    }, 0);
    expect(objective).toBeCloseTo(byHand, 10);
  });

  test("the KL estimate is the mean over tokens, 0 where the run starts", async () => {
    const config = methodConfig({ objective: { klCoef: 0.1 }, optimizer: { learningRate: 5 } });
    const learner = tinyLearner({ say });
    const { last: first } = await runStep(learner, tasks, config);
    expect(first.update!.kl).toBe(0);
    const { last: second } = await runStep(learner, tasks, config);
    const terms = second.update!.rows.flatMap(({ gradients, referenceLogprobs }) =>
      [...gradients.logprobs].map((logprob, t) => {
        const d = referenceLogprobs![t] - logprob;
        return Math.exp(d) - d - 1;
      }),
    );
    const mean = terms.reduce((a, b) => a + b, 0) / terms.length;
    expect(mean).toBeGreaterThan(1e-2);
    expect(second.update!.kl! / mean).toBeCloseTo(1, 6);
  });

  test("there is no KL estimate without a KL term", async () => {
    const { last } = await runStep(tinyLearner({ say }), tasks, methodConfig());
    expect(last.update!.kl).toBeNull();
    expect(last.update!.rows[0].referenceLogprobs).toBeNull();
  });
});

describe("groups without a gradient", () => {
  const equal = { ...methodConfig({ hindsight: { enabled: false } }) };
  const same = () => tinyLearner({ say: () => "red ." });

  test("a group of equal rewards is not computed, yet the optimiser takes its step", async () => {
    const learner = same();
    const before = learner.policy.parameters;
    const { last } = await runStep(learner, [wordTask("red", "green")], equal);
    expect(last.groups[0].rows.map(({ advantage }) => advantage)).toEqual([0, 0, 0, 0]);
    expect(last.update!.rows).toEqual([]);
    expect(last.update!.steps).toEqual([{ gradNorm: 0, skipped: false }]);
    expect(learner.policy.parameters).toEqual(before);
  });

  test("a row at the mean of a group that differs is computed: the analysis compares the others with it", async () => {
    const learner = tinyLearner({ say: (_prompt, sample) => [".", "red .", "red green ."][sample] });
    const { last } = await runStep(learner, [wordTask("red", "green")], { ...equal, rollouts: 3 });
    expect(last.update!.rows.map(({ advantage }) => Math.sign(advantage))).toEqual([-1, 0, 1]);
    expect([...last.update!.rows[1].gradients.coefficients].map(Math.abs)).toEqual([0, 0]);
  });

  test("such a group still counts in the average over groups", async () => {
    const learner = tinyLearner({
      say: (prompt, sample) => (prompt.includes("blue") ? ["blue .", ".", ".", "."][sample] : "red ."),
    });
    const { last } = await runStep(learner, [wordTask("red", "green"), wordTask("blue")], equal);
    const [row] = last.update!.rows;
    expect(last.update!.rows.map(({ group }) => group)).toEqual([1, 1, 1, 1]);
    // 1 / (2 groups · 4 rows · 2 tokens)
    expect(row.tokenWeight).toBe(1 / 16);
  });

  test("with a KL term every row is computed: the reference pulls at all of them", async () => {
    const config = { ...equal, objective: { ...equal.objective, klCoef: 0.1 } };
    const { last } = await runStep(same(), [wordTask("red", "green")], config);
    expect(last.update!.rows).toHaveLength(4);
  });
});

describe("tokens with advantages of their own", () => {
  test("receive those, not the row's: by hand, clipping and objective included", async () => {
    const learner = tinyLearner({ say });
    const config = methodConfig({
      updates: 2,
      hindsight: { enabled: false },
      optimizer: { learningRate: 3 },
    });
    const { last: before } = await runStep(tinyLearner({ say }), tasks.slice(0, 1), config);
    const [group] = before.groups;
    const row = group.rows[1];
    const { ids } = group.rollouts[1].rollout;
    const tokenAdvantages = [2, -1, 0, 0.5];
    expect(ids).toHaveLength(4);
    const rows = [{ ...row, advantage: 0.375, tokenAdvantages }];
    const updates = updatePolicy(learner.policy, [{ ...group, rows }], config);
    const first = (await updates.next()).value!;
    // One group with one row of four tokens: each token weighs 1/4.
    expect([...first.rows[0].gradients.coefficients]).toEqual([0.5, -0.25, 0, 0.125]);
    expect(first.objective).toBe((2 - 1 + 0 + 0.5) / 4);
    await updates.next();
    await updates.next();
    const [at, second] = kindOf(learner.policy.calls, "backward").slice(-2);
    const logprobs = [at, second].map(({ parameters }) =>
      tinyLogprobs(parameters, words.length, group.prompt, ids),
    );
    const expected = tokenAdvantages.map((advantage, t) => {
      const ratio = Math.exp(logprobs[1][t] - logprobs[0][t]);
      const isClipped = advantage > 0 ? ratio > 1.2 : ratio < 0.8;
      return isClipped ? 0 : (ratio * advantage) / 4;
    });
    expectClose(second.coefficients[0][0], expected, 1e-5);
    expect(expected.filter((c) => c === 0).length).toBeGreaterThan(1);
  });

  test("are a gradient even where their mean is 0, and none where all of them are", async () => {
    const config = methodConfig({ hindsight: { enabled: false } });
    const { last } = await runStep(tinyLearner({ say }), tasks.slice(0, 1), config);
    const trained = async (tokenAdvantages: number[]) => {
      const rows = [{ ...last.groups[0].rows[0], advantage: 0, tokenAdvantages }];
      const updates = updatePolicy(tinyLearner().policy, [{ ...last.groups[0], rows }], config);
      return (await updates.next()).value!.rows.length;
    };
    expect(await trained([1, -1])).toBe(1);
    expect(await trained([0, 0])).toBe(0);
  });
});
