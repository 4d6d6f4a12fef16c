import type { Backend } from "../src/compute/backend";
import { boundOfEach } from "../src/herl/measure_bound";
import { trainStep, type StepState } from "../src/herl/trainer";
import { deriveKey, seedKey } from "../src/kernels/random/random";
import type { ModelFile } from "../src/policy/model_file";
import { methodOf } from "../src/runs/config";
import { openLearner } from "../src/runs/learner";
import { resolveConfig } from "../src/runs/presets";
import { stepView } from "../src/runs/views";
import { openWorld } from "../src/runs/world";
import { median, profileKernels, table, time } from "./measure";

/**
 * What the gradient analysis adds to an update of the preset `pocket`, as ratios of one run: the statistics that every
 * update takes (an upper bound: all of the LM head's two kernels, which compute the loss as well, and the records on
 * the host), an update that is analysed, and the per-sample gradients of a group of eight beside an update of that group.
 */
export async function benchAnalysis(backend: Backend, model: ModelFile, updates: number): Promise<string> {
  const config = resolveConfig({ preset: "pocket" });
  const world = openWorld(config);
  const learner = openLearner(backend, model, config, world);
  const tasks = (step: number, groups: number) =>
    Array.from({ length: groups }, (_, g) => world.trainingTask(step * groups + g));

  async function update(step: number, groups: number, analyze: boolean): Promise<StepState> {
    const steps = trainStep(
      learner,
      tasks(step, groups),
      methodOf(config),
      deriveKey(seedKey(0), "step", step),
      { analyze },
    );
    for (;;) {
      const { value, done } = await steps.next();
      if (done) return value;
    }
  }

  let last = await update(0, config.groups, true);
  const [plain, analysed, alone, samples, records]: number[][] = [[], [], [], [], []];
  for (let step = 1; step <= updates; step++) {
    plain.push(await time(async () => (last = await update(step, config.groups, false))));
    records.push(await time(() => Promise.resolve(stepView(last, step))));
    analysed.push(await time(() => update(step, config.groups, true)));
    let group = last;
    alone.push(await time(async () => (group = await update(step, 1, false))));
    samples.push(await time(() => boundOfEach(learner.policy, group.groups, { temperature: 1 })));
  }
  const ratio = (part: readonly number[], whole: readonly number[]) =>
    (median(part) / median(whole)).toFixed(3);
  const rows: (readonly (string | number)[])[] = [
    ["analysis of an update, as a part of it", "ratio"],
    ["flows and token records on the host", ratio(records, plain)],
    ["an analysed update to a plain one", ratio(analysed, plain)],
    ["per-sample gradients of one group to an update of it", ratio(samples, alone)],
  ];
  const profile = profileKernels(backend);
  if (profile) {
    const all = await time(() => update(updates + 1, config.groups, false));
    const kernels = [...(await profile.take())].filter(([name]) => /lm_?head/i.test(name));
    const head = kernels.reduce((sum, [, { milliseconds }]) => sum + milliseconds, 0);
    rows.push([
      "the LM head's kernels: the loss, entropies and statistics together",
      (head / all).toFixed(3),
    ]);
  }
  return table(rows);
}
