import { describe, expect, test } from "vitest";
import { seedKey } from "../kernels/random/random";
import { paperVariants, variantSettings, type Variant } from "./config";
import { runStep } from "./testing/run_step";
import { methodConfig, redGreen, sayRedGreen, tinyLearner } from "./testing/tiny_world";
import { trainStep } from "./trainer";

describe("the variants, for a budget of four responses", () => {
  const stepAs = async (variant: Variant) => {
    const { rollouts, enabled, context, weight, alpha } = variantSettings(variant, 4);
    const learner = tinyLearner({ say: sayRedGreen });
    const config = methodConfig({ rollouts, hindsight: { enabled, context, weight }, bonus: { alpha } });
    const { last } = await runStep(learner, [redGreen], config);
    const revised = last.update!.rows.filter(({ source }) => source === "revision");
    return { learner, last, revised, group: last.groups[0] };
  };

  test.each(paperVariants)("%s generates four responses and trains four rows", async (variant) => {
    const { group, last } = await stepAs(variant);
    expect(group.rollouts.length + group.revisions.length).toBe(4);
    expect(group.rows).toHaveLength(4);
    expect(last.update!.rows.every(({ tokenWeight, ids }) => tokenWeight === 1 / (4 * ids.length))).toBe(
      true,
    );
  });

  test("rlvr never revises", async () => {
    const { group, learner } = await stepAs("rlvr");
    expect(group.drafts).toEqual([]);
    expect(group.rows.every(({ source }) => source === "rollout")).toBe(true);
    const requests = learner.policy.calls.flatMap((call) =>
      call.kind === "sample" ? [call.requests.length] : [],
    );
    expect(requests).toEqual([1, 0]);
  });

  test("naivehe trains the revision after the instruction alone, weighed as a rollout", async () => {
    const { revised, group } = await stepAs("naivehe");
    expect(revised).toHaveLength(1);
    expect(revised[0].prompt).toEqual(group.prompt);
    expect(revised[0].weighting).toEqual({ kind: "clipped", low: 0.8, high: 1.2 });
    const [{ terms, advantage }] = revised;
    expect(terms.map(({ slope }) => slope)).toEqual(terms.map(() => advantage));
  });

  test.each(["he", "herl"] as const)(
    "%s trains it after what it was sampled after, by a quarter",
    async (variant) => {
      const { revised, group } = await stepAs(variant);
      expect(revised).toHaveLength(1);
      expect(revised[0].prompt).toEqual(group.revisions[0].context);
      expect(revised[0].weighting).toEqual({ kind: "shaped", gamma: 1, scale: 1 });
      const [{ terms, advantage }] = revised;
      expect(terms.map(({ slope }) => slope)).toEqual(terms.map(() => advantage / 4));
    },
  );

  test("the context's own tokens are masked: only the response's are predicted", async () => {
    const { revised, group } = await stepAs("herl");
    expect(revised[0].gradients.coefficients).toHaveLength(group.revisions[0].rollout.ids.length);
  });

  test("only herl gives a bonus, to the draft", async () => {
    for (const variant of paperVariants) {
      const { group } = await stepAs(variant);
      const rewarded = group.rows.flatMap(({ bonus, index }) => (bonus === 0 ? [] : [index]));
      expect(rewarded).toEqual(variant === "herl" ? group.drafts : []);
    }
  });

  test("the same draws serve all of them", async () => {
    const texts = await Promise.all(
      (["naivehe", "he", "herl"] as const).map(async (variant) => {
        const { context, weight, alpha } = variantSettings(variant, 4);
        const hindsight = { rewriteWhen: "anyFailed", context, weight } as const;
        const config = methodConfig({ hindsight, bonus: { alpha } });
        const { last } = await runStep(tinyLearner(), [redGreen], config);
        return [...last.groups[0].rollouts, ...last.groups[0].revisions].map(({ text }) => text);
      }),
    );
    expect(texts[0]).toHaveLength(5);
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).toEqual(texts[0]);
  });
});

describe("it learns", () => {
  /** Mean reward of 200 responses to the task. */
  async function meanReward(learner: ReturnType<typeof tinyLearner>): Promise<number> {
    const config = methodConfig({ rollouts: 200, hindsight: { enabled: false } });
    const step = trainStep(learner, [redGreen], config, seedKey(1000));
    await step.next();
    const { value } = await step.next();
    return value!.groups[0].rollouts.reduce((sum, { reward }) => sum + reward!, 0) / 200;
  }

  test.each([...paperVariants, "sft", "dpo"] as const)(
    "%s: sixty steps make the task's words likely",
    async (variant) => {
      const { rollouts, enabled, context, weight, alpha, loss, aggregation } = variantSettings(variant, 8);
      const config = methodConfig({
        ...{ rollouts, hindsight: { enabled, context, weight }, bonus: { alpha } },
        ...{ objective: { loss, aggregation }, optimizer: { learningRate: 1 } },
      });
      const learner = { ...tinyLearner(), references: () => ["green red"] };
      const before = await meanReward(learner);
      for (let step = 0; step < 60; step++)
        await runStep(learner, [redGreen], config, { key: seedKey(step) });
      const after = await meanReward(learner);
      expect(before).toBeLessThan(0.6);
      expect(after).toBeGreaterThan(before + 0.25);
    },
  );
});
