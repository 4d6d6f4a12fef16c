/** What the committed base model of problems in several steps does by itself, measured on problems it never saw. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { CpuBackend } from "../src/compute/cpu";
import { rubricReward } from "../src/herl/reward";
import { deriveKey, seedKey } from "../src/kernels/random/random";
import { readModel } from "../src/policy/model_file";
import type { RunConfig } from "../src/runs/config";
import { coverageOf } from "../src/runs/coverage";
import { sampleAndGrade, summarize } from "../src/runs/evaluate";
import { openLearner } from "../src/runs/learner";
import { openSession } from "../src/runs/open_session";
import { MemoryJournal } from "../src/runs/memory_journal";
import { resolveConfig } from "../src/runs/presets";
import { noJournal } from "../src/runs/replay";
import { openWorld } from "../src/runs/world";
import { readProblem } from "../src/worlds/steps/problem";
import { readSegment } from "../src/worlds/steps/scorer";

const model = readModel(await readFile(new URL("../public/models/steps.gguf", import.meta.url)));
const backend = await CpuBackend.create();
const sampling = { temperature: 1, maxNewTokens: 96 };

function open(...settings: [string, string][]) {
  const config = resolveConfig({ preset: "steps", settings });
  const world = openWorld(config);
  return { world, learner: openLearner(backend, model, config, world) };
}

describe("the base model, eight responses to each of 128 unseen problems at temperature 1", () => {
  test("rarely answers right, solves few problems at all, and makes many single steps right", async () => {
    const { world, learner } = open();
    const tasks = world.evaluationTasks("heldout", 128);
    const responses = await sampleAndGrade(learner, tasks, deriveKey(seedKey(1), "steps"), {
      samples: 8,
      ...sampling,
    });
    const { all_met: right } = summarize(responses.flat(), 0, "heldout");
    const { covered } = coverageOf(responses);
    const scores = responses.flat().map(({ task, text }) => {
      const segments = text.split("###");
      return segments.map((segment, t) => {
        const before = segments.slice(0, t).join("\n");
        return readSegment(readProblem(task.prompt), segment, before).score;
      });
    });
    const share = (score: number) => {
      const all = scores.flat();
      return all.filter((s) => s === score).length / all.length;
    };
    console.log(
      `right ${(100 * right).toFixed(1)} %, any of eight ${(100 * covered).toFixed(1)} %, segments a response ${(scores.flat().length / scores.length).toFixed(2)},`,
      `scores 1 to 5: ${[1, 2, 3, 4, 5].map((s) => share(s).toFixed(2)).join(" ")}`,
    );
    expect(right).toBeGreaterThan(0.005);
    expect(right).toBeLessThan(0.1);
    expect(covered).toBeLessThan(0.45);
    expect(share(5)).toBeGreaterThan(0.12);
    expect(share(1)).toBeGreaterThan(0.4);
  }, 120_000);

  test("a revision that is told the missing checkpoints is better than its draft", async () => {
    const { world, learner } = open(["world.items", "checkpoints"]);
    const tasks = Array.from({ length: 128 }, (_, i) => world.trainingTask(i));
    const key = deriveKey(seedKey(2), "steps");
    const drafts = (await sampleAndGrade(learner, tasks, key, { samples: 1, ...sampling })).flat();
    const failed = drafts.filter(({ reward }) => reward! < 1);
    const requests = failed.map(({ task, text, verdicts }, i) => ({
      prompt: learner.codec.encode(world.revisionMessages(task, text, verdicts)),
      samples: 1,
      key: deriveKey(key, "revision", i),
    }));
    const revised = await learner.policy.sample(requests, sampling);
    const after = await Promise.all(
      failed.map(async ({ task }, i) =>
        rubricReward(task.rubric, await learner.grader.grade(task, learner.codec.decode(revised[i][0].ids)))!,
      ),
    );
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const before = mean(failed.map(({ reward }) => reward!));
    console.log(
      `a guided revision lifts failed drafts from ${before.toFixed(3)} to ${mean(after).toFixed(3)}`,
    );
    expect(mean(after) - before).toBeGreaterThan(0.08);
  }, 120_000);
});

describe("training by scores", () => {
  const small: [string, string][] = [
    ["groups", "2"],
    ["rollouts", "4"],
    ["evaluation.every", "2"],
    ["evaluation.heldout", "4"],
    ["evaluation.close", "0"],
    ["evaluation.ood", "0"],
    ["evaluation.samples", "2"],
    ["analyzeEvery", "0"],
  ];
  const configs = (["segments", "outcome"] as const).map((scores): [string, RunConfig] => [
    scores,
    resolveConfig({ preset: "steps", variant: "exprl", settings: [...small, ["process.scores", scores]] }),
  ]);

  test.each(configs)(
    "%s: three updates, and the same digest when it was killed and resumed",
    async (_, config) => {
      const whole = await openSession({ backend, model, config, journal: noJournal() });
      const rows: Record<string, unknown>[] = [];
      for await (const event of whole.session.run(3)) {
        if (event.type === "step") rows.push(event.metrics);
        if (event.type === "phase" && event.state.phase === "advantage") {
          const [row] = event.state.groups[0].rows;
          if (config.process.scores === "segments") expect(row.tokenAdvantages!.length).toBeGreaterThan(10);
          else expect(row.tokenAdvantages).toBeUndefined();
        }
        if (event.type === "evaluation") expect(event.rows[0].solved).toHaveLength(4);
      }
      for (const row of rows) {
        expect(row["process/score"]).toBeGreaterThan(0);
        expect(row["grad_norm"]).toBeGreaterThan(0);
        expect(row["rubric/steps:answer/satisfied"]).toBe(row["all_met"]);
      }

      const journal = new MemoryJournal(null, () => {});
      const killed = await openSession({ backend, model, config, journal });
      await journal.begin(killed.manifest);
      for await (const event of killed.session.run(3)) {
        if (event.type === "phase" && event.step === 2 && event.state.phase === "gradient") break;
      }
      const resumed = await openSession({ backend, model, config, journal });
      expect(await resumed.session.resume()).toBe(true);
      for await (const event of resumed.session.run(3)) void event;
      expect(resumed.session.digest).toBe(whole.session.digest);
    },
    120_000,
  );
});
