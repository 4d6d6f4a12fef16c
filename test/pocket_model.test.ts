/** What the committed base model can do and what it does by itself, measured on tasks that it never saw. */
import { describe, expect, test } from "vitest";
import { CpuBackend } from "../src/compute/cpu";
import { rubricReward } from "../src/herl/reward";
import { deriveKey, seedKey } from "../src/kernels/random/random";
import { sampleAndGrade, summarize, type EvaluatedResponse } from "../src/runs/evaluate";
import { openLearner } from "../src/runs/learner";
import { resolveConfig } from "../src/runs/presets";
import { openWorld } from "../src/runs/world";
import { pocketModel } from "./pocket";

const count = 512;
const sampling = { temperature: 1, maxNewTokens: 128 };
const backend = await CpuBackend.create();

function open(preset: string) {
  const config = resolveConfig({ preset });
  const world = openWorld(config);
  return { world, learner: openLearner(backend, pocketModel, config, world) };
}

/** One response to each of the first held-out tasks of a preset. */
async function answers(preset: string): Promise<EvaluatedResponse[]> {
  const { world, learner } = open(preset);
  const tasks = world.evaluationTasks("heldout", count);
  return (
    await sampleAndGrade(learner, tasks, deriveKey(seedKey(1), preset), { samples: 1, ...sampling })
  ).flat();
}

/** The reward of one guided revision of each failed draft. */
async function revisions(preset: string, drafts: readonly EvaluatedResponse[]) {
  const { world, learner } = open(preset);
  const failed = drafts.filter(({ reward }) => reward! < 1);
  const requests = failed.map(({ task, text, verdicts }, i) => ({
    prompt: learner.codec.encode(world.revisionMessages(task, text, verdicts)),
    samples: 1,
    key: deriveKey(seedKey(2), preset, i),
  }));
  const revised = await learner.policy.sample(requests, sampling);
  const rewards = await Promise.all(
    failed.map(async ({ task }, i) =>
      rubricReward(task.rubric, await learner.grader.grade(task, learner.codec.decode(revised[i][0].ids)))!,
    ),
  );
  return { before: mean(failed.map(({ reward }) => reward!)), after: mean(rewards) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

describe("the pocket model, one response to each of 512 unseen tasks at temperature 1", () => {
  test.each(["pocket", "pocket-rare", "pocket-unseen"])(
    "%s: what it does alone, and what hindsight lifts",
    async (preset) => {
      const drafts = await answers(preset);
      const { reward, all_met, by_id } = summarize(drafts, 0, "heldout");
      const { before, after } = await revisions(preset, drafts);
      const rates = Object.entries(by_id).map(([id, rate]) => `  ${id.padEnd(44)} ${percent(rate)}`);
      console.log(
        [`${preset}: mean reward ${reward.toFixed(3)}, all met ${percent(all_met)}`, ...rates].join("\n"),
        `\n  a guided revision lifts failed drafts from ${before.toFixed(3)} to ${after.toFixed(3)}`,
      );
      expect(reward).toBeLessThanOrEqual(
        { pocket: 0.35, "pocket-rare": 0.05, "pocket-unseen": 0.01 }[preset]!,
      );
      expect(after - before).toBeGreaterThanOrEqual(0.25);
      if (preset === "pocket")
        expect(Object.values(by_id).filter((rate) => rate <= 0.02).length).toBeGreaterThanOrEqual(3);
    },
    60_000,
  );
});
