import type { Backend } from "../src/compute/backend";
import { trainStep, type Phase } from "../src/herl/trainer";
import { deriveKey, seedKey } from "../src/kernels/random/random";
import type { ModelFile } from "../src/policy/model_file";
import { methodOf } from "../src/runs/config";
import { openLearner } from "../src/runs/learner";
import { resolveConfig } from "../src/runs/presets";
import { openWorld } from "../src/runs/world";
import { median, profileKernels, table } from "./measure";

export interface UpdateTimes {
  /** Median seconds per update. */
  readonly seconds: number;
  readonly report: string;
}

/**
 * HeRL updates of the preset `pocket`: one that compiles, `updates` that are timed by phase, and one more that is timed
 * by kernel (on webgpu that slows it down).
 */
export async function benchUpdate(backend: Backend, model: ModelFile, updates: number): Promise<UpdateTimes> {
  const config = resolveConfig({ preset: "pocket" });
  const world = openWorld(config);
  const learner = openLearner(backend, model, config, world);
  const phases = new Map<Phase, number[]>();
  const totals: number[] = [];

  async function update(step: number): Promise<Map<Phase, number>> {
    const tasks = Array.from({ length: config.groups }, (_, g) =>
      world.trainingTask(step * config.groups + g),
    );
    const times = new Map<Phase, number>();
    let last = performance.now();
    for await (const { phase } of trainStep(
      learner,
      tasks,
      methodOf(config),
      deriveKey(seedKey(0), "step", step),
    )) {
      const now = performance.now();
      times.set(phase, now - last);
      last = now;
    }
    return times;
  }

  await update(0);
  for (let step = 1; step <= updates; step++) {
    const times = await update(step);
    for (const [phase, time] of times) phases.set(phase, [...(phases.get(phase) ?? []), time]);
    totals.push([...times.values()].reduce((sum, time) => sum + time, 0));
  }
  const seconds = median(totals) / 1000;
  const byPhase = table([
    ["phase", "ms"],
    ...[...phases].map(([phase, times]) => [phase, median(times).toFixed(0)]),
    ["update", (seconds * 1000).toFixed(0)],
  ]);

  const profile = profileKernels(backend);
  if (!profile) return { seconds, report: byPhase };
  await update(updates + 1);
  const kernels = [...(await profile.take())].sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
  const byKernel = table([
    ["kernel", "ms", "calls"],
    ...kernels.map(([name, { milliseconds, calls }]) => [name, milliseconds.toFixed(1), calls]),
  ]);
  return { seconds, report: `${byPhase}\n\n${byKernel}` };
}
