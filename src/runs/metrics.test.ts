import { describe, expect, test } from "vitest";
import {
  methodConfig,
  redGreen,
  sayRedGreen,
  tinyLearner,
  wordTask,
  type MethodOverrides,
} from "../herl/testing/tiny_world";
import { runStep } from "../herl/testing/run_step";
import { itemKey } from "../rubric/item_key";
import type { Verdict } from "../rubric/schema";
import { emptyDigest, extendDigest, stepFields } from "./digest";
import { stepMetrics } from "./metrics";
import { resolveConfig } from "./presets";
import { failureRecords } from "./failure_records";
import { rolloutRecords } from "./records";

const config = resolveConfig({ preset: "pocket" });
const before = { responses: 100, judgeCalls: 3, tokens: 1000, references: 10 };
// Rewards 0.5, 0, 0.5, 0.5 (the last one cut off); the revision of a draft is perfect.
const step = async () => (await runStep(tinyLearner({ say: sayRedGreen }), [redGreen], methodConfig())).last;

describe("the metrics of a step", () => {
  test("counts, rewards and lengths are those of its responses", async () => {
    const metrics = stepMetrics(await step(), config, before, 7);
    expect(metrics).toMatchObject({
      step: 7,
      responses: 105,
      judge_calls: 3,
      num_tokens: 1000 + 2 + 2 + 3 + 1 + 3,
      reward: 0.375,
      reward_std: 0.25,
      all_met: 0,
      frac_reward_zero_std: 0,
      "rubric/unknown": 0,
      "completions/mean_length": 2,
      "completions/min_length": 1,
      "completions/max_length": 3,
      "completions/clipped_ratio": 0.25,
      "clip_ratio/region_mean": 0,
      "hindsight/revised_groups": 1,
      "hindsight/joined": 1,
      "hindsight/reward": 1,
      "hindsight/gain": 0.5,
      "hindsight/improved": 1,
      "hindsight/bonus": 0.025,
      skipped_updates: 0,
      kl: null,
    });
  });

  test("the flows of rollouts and revisions add up to the whole", async () => {
    const metrics = stepMetrics(await step(), config, before, 1) as Record<string, number>;
    for (const flow of ["positive_sampled", "negative_sampled", "negative_unsampled"]) {
      const parts = metrics[`gradient/rollouts/${flow}`] + metrics[`gradient/revisions/${flow}`];
      expect(parts).toBeCloseTo(metrics[`gradient/${flow}`], 9);
    }
    expect(metrics["gradient/positive_unsampled"]).toBe(-metrics["gradient/positive_sampled"]);
    expect(metrics["gradient/positive_sampled"]).toBeGreaterThan(0);
  });

  test("what hindsight changed: a mean over the revisions that joined, and the ratio of both", async () => {
    const { last } = await runStep(
      tinyLearner({ say: sayRedGreen }),
      [redGreen],
      methodConfig({ measureTransfer: true }),
    );
    const { changeWith, changeWithout } = last.transfer!.revisions[0];
    expect(changeWith).not.toBe(0);
    expect(stepMetrics(last, config, before, 1)).toMatchObject({
      "hindsight/gap": last.transfer!.gap,
      "hindsight/change_with": changeWith,
      "hindsight/change_without": changeWithout,
      "hindsight/transfer": changeWithout / changeWith,
    });
    expect(stepMetrics({ ...last, transfer: null }, config, before, 1)).toMatchObject({
      "hindsight/change_with": null,
      "hindsight/transfer": null,
    });
  });

  test("samples with unknown grades are counted, and taken for nothing else", async () => {
    const learner = tinyLearner({ say: sayRedGreen, isUnknown: (response) => response === "blue" });
    const { last } = await runStep(learner, [redGreen], methodConfig());
    expect(stepMetrics(last, config, before, 1)).toMatchObject({
      reward: 0.5,
      all_met: 0,
      "rubric/unknown": 1,
    });
  });
});

describe("the records of a step", () => {
  test("every response with its role, its grades and what became of it", async () => {
    const records = rolloutRecords(await step(), 4);
    expect(records.map(({ role }) => role).sort()).toEqual([
      "draft",
      "revision",
      "rollout",
      "rollout",
      "rollout",
    ]);
    const [revision] = records.filter(({ role }) => role === "revision");
    const draft = records.find(({ role }) => role === "draft")!;
    expect(revision).toMatchObject({
      step: 4,
      draft: draft.index,
      joined: true,
      reward: 1,
      verdicts: ["satisfied", "satisfied"],
    });
    expect(draft.bonus).toBeCloseTo(0.025);
    expect(
      records.every(
        ({ ids, logprobs, entropies }) => ids.length === logprobs.length && ids.length === entropies.length,
      ),
    ).toBe(true);
  });

  test("failures tell which items stay unmet, how often, and what became of them in hindsight", async () => {
    const revised = failureRecords(await step(), 1);
    const of = { step: 1, group: 0, task: redGreen.id, graded: 4, unknown: [] };
    expect(revised).toMatchObject([
      { ...of, item: 0, text: "red", unmet: 2, draft: { index: 0, status: "satisfied" } },
      { ...of, item: 1, text: "green", unmet: 3, draft: { index: 0, status: "unmet" } },
    ]);
    expect(revised[1].revision).toEqual({ index: 0, text: "green red", status: "satisfied", joined: true });
  });

  test("a group without a revision shows its best response; what could not be graded, with its reasons", async () => {
    const config = methodConfig();
    const hindsight = { ...config.hindsight, enabled: false };
    const { last } = await runStep(tinyLearner({ say: () => "red ." }), [redGreen], { ...config, hindsight });
    const { rollouts } = last.groups[0];
    expect(failureRecords(last, 1)).toEqual([
      {
        ...{ step: 1, group: 0, task: redGreen.id, item: 1, text: "green", key: itemKey(redGreen.rubric[1]) },
        ...{ graded: rollouts.length, unmet: rollouts.length, unknown: [] },
        draft: { index: 0, text: rollouts[0].text, status: "unmet" },
        revision: null,
      },
    ]);
    const slow: Verdict = { status: "unknown", reason: "timed out" };
    const group = {
      ...last.groups[0],
      rollouts: rollouts.map((sample) => ({ ...sample, verdicts: [sample.verdicts[0], slow] })),
    };
    expect(failureRecords({ ...last, groups: [group] }, 1)).toMatchObject([
      { graded: 0, unmet: 0, unknown: ["timed out"] },
    ]);
  });
});

describe("the digest", () => {
  test("depends on every record before, and on no time", async () => {
    const [a, b] = [stepFields(await step()), stepFields(await step())];
    expect(extendDigest(emptyDigest, a)).toBe(extendDigest(emptyDigest, b));
    expect(extendDigest(extendDigest(emptyDigest, a), b)).not.toBe(extendDigest(emptyDigest, a));
    expect(extendDigest(emptyDigest, [1])).not.toBe(extendDigest(emptyDigest, [2]));
    // SHA-256 of "herl-digest-1\n[1]", by another implementation.
    expect(extendDigest(emptyDigest, [1])).toBe(
      "eaca3b458f6bbc7b5ebb8c3fbe4f868f3aa8fe965b93a82f6ab0d533094e9798",
    );
  });
});

describe("what other methods add to the metrics", () => {
  const stepOf = async (overrides: MethodOverrides, options = {}) =>
    (await runStep(tinyLearner({ say: sayRedGreen }), [redGreen], methodConfig(overrides), options)).last;
  const metricsOf = async (...call: Parameters<typeof stepOf>) =>
    stepMetrics(await stepOf(...call), config, before, 1);

  test("a replayed draft counts as no response, and as no revision", async () => {
    const state = await stepOf({ hindsight: { edit: "instruction" } });
    expect(stepMetrics(state, config, before, 1)).toMatchObject({
      responses: 104,
      num_tokens: 1000 + 2 + 2 + 3 + 1,
      "hindsight/replayed_groups": 1,
      "hindsight/revised_groups": 0,
      "hindsight/revisions": 0,
      "hindsight/joined": 1,
      "hindsight/gain": null,
    });
    const [draft, replay] = rolloutRecords(state, 1).filter(({ role }) => role !== "rollout");
    expect(replay).toMatchObject({ role: "revision", joined: true, draft: draft.index, ids: draft.ids });
    expect(replay.replayedAfter).toMatch(/^say (red|green)$/);
    expect(draft).not.toHaveProperty("replayedAfter");
    expect(failureRecords(state, 1).map(({ revision }) => revision)).toEqual([null, null]);
  });

  test("groups that dynamic sampling discards are counted with their responses and tokens", async () => {
    // Every response to the first task is empty.
    const say = (prompt: string, sample: number) =>
      prompt === "say grey" ? "." : sayRedGreen(prompt, sample);
    const overrides = { hindsight: { enabled: false }, sampling: { dynamicRounds: 1 } };
    const { last } = await runStep(tinyLearner({ say }), [wordTask("grey")], methodConfig(overrides), {
      freshTask: () => redGreen,
    });
    expect(last.groups[0].task).toBe(redGreen);
    expect(stepMetrics(last, config, before, 1)).toMatchObject({
      "sampling/discarded_groups": 1,
      responses: 108,
      num_tokens: 1000 + 4 + 2 + 2 + 3 + 1,
      // Of what is trained on.
      reward: 0.375,
    });
  });

  test("the mean penalty of the rows, where there is one", async () => {
    // Of at most 3 tokens, over the last 2: 0.5 for two tokens, 1 for three.
    const state = await stepOf({
      ...{ maxNewTokens: 3, hindsight: { enabled: false } },
      sampling: { overlongTokens: 2 },
    });
    const penalties = [-0.5, -0.5, -1, 0];
    expect(stepMetrics(state, config, before, 1)["sampling/overlong_penalty"]).toBe(-0.5);
    expect(rolloutRecords(state, 1).map(({ overlong = 0 }) => overlong)).toEqual(penalties);
    expect((await metricsOf({}))["sampling/overlong_penalty"]).toBeNull();
  });

  test("how many members saw a scaffold, and how much of it", async () => {
    const scaffold = { enabled: true, start: 1, steepness: 1000 };
    const state = await stepOf({ rollouts: 3, hindsight: { enabled: false }, scaffold });
    const metrics = stepMetrics(state, config, before, 1);
    expect(metrics).toMatchObject({ "scaffold/members": 2, "scaffold/items": 1.5 });
    expect(rolloutRecords(state, 1).map(({ shown }) => shown?.length)).toEqual([2, 1, undefined]);
    expect(await metricsOf({})).toMatchObject({ "scaffold/members": 0, "scaffold/items": null });
  });
});

describe("methods that train on written responses", () => {
  const task = { ...redGreen, reference: "green red", rejected: "blue" };
  const learner = () => ({ ...tinyLearner(), references: () => [task.reference] });
  const stepOf = async (overrides: MethodOverrides) => {
    const method = methodConfig({ hindsight: { enabled: false }, ...overrides });
    const { last } = await runStep(learner(), [task], method);
    return {
      last,
      metrics: stepMetrics(last, { ...config, ...method }, before, 2) as Record<string, unknown>,
    };
  };

  test("SFT generates no response: what it read is counted apart, and says nothing of the policy's rewards", async () => {
    const { last, metrics } = await stepOf({ objective: { loss: "crossEntropy", aggregation: "tokenMean" } });
    expect(metrics).toMatchObject({
      ...{ responses: 100, references: 11, num_tokens: 1003, reward: null, all_met: null },
      ...{ "completions/mean_length": null, "completions/max_length": null, "hindsight/revisions": 0 },
    });
    expect(metrics["loss"]).toBe(-last.update!.objective);
    expect(Object.keys(metrics).filter((name) => /^rubric\/.*satisfied|^rewards\//.test(name))).toEqual([]);
    expect(rolloutRecords(last, 2).map(({ role, reward }) => [role, reward])).toEqual([["reference", 1]]);
    expect(failureRecords(last, 2)).toEqual([]);
  });

  test("DPO has TRL's numbers, of pairs of a file too", async () => {
    const { last, metrics } = await stepOf({
      objective: { loss: "preference" },
      preference: { pairs: "file" },
    });
    expect(metrics).toMatchObject({
      ...{
        responses: 100,
        references: 12,
        "preference/pairs": 1,
        "rewards/margins": 0,
        "rewards/accuracies": 0,
      },
      "logps/chosen": last.update!.preference!.chosenLogprob,
      "logps/rejected": last.update!.preference!.rejectedLogprob,
    });
    expect(rolloutRecords(last, 2).map(({ role, advantage }) => [role, advantage])).toEqual([
      ["reference", 1],
      ["rejected", -1],
    ]);
  });

  test("a group without a pair has none of them, and is counted as one that teaches nothing", async () => {
    const method = methodConfig({ hindsight: { enabled: false }, objective: { loss: "preference" } });
    const { last } = await runStep(tinyLearner({ say: () => "red ." }), [redGreen], method);
    expect(stepMetrics(last, { ...config, ...method }, before, 2)).toMatchObject({
      ...{ responses: 104, references: 10, "preference/pairs": 0, "rewards/margins": null, loss: -0 },
      frac_reward_zero_std: 1,
    });
  });
});
