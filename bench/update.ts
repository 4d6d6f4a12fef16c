import type { Backend } from "../src/compute/backend";
import { WebgpuBackend } from "../src/compute/webgpu";
import { trainStep, type Phase } from "../src/herl/trainer";
import { deriveKey, seedKey } from "../src/kernels/random/random";
import type { ModelFile } from "../src/policy/model_file";
import { methodOf } from "../src/runs/config";
import { openLearner } from "../src/runs/learner";
import { resolveConfig } from "../src/runs/presets";
import { openWorld } from "../src/runs/world";
import { profileKernels, table } from "./measure";

export interface UpdateTimes {
  /** Median seconds per update. */
  readonly seconds: number;
  readonly report: string;
}

/** HeRL updates of the preset `pocket`, by phase and, on cpu, by kernel. */
export async function benchUpdate(backend: Backend, model: ModelFile, updates: number): Promise<UpdateTimes> {
  const config = resolveConfig({ preset: "pocket" });
  const world = openWorld(config);
  const learner = openLearner(backend, model, config, world);
  const profile = backend.name === "cpu" ? profileKernels(backend) : null;
  const gpuProfile = backend instanceof WebgpuBackend ? backend.context.profile() : null;
  const phases = new Map<Phase, number[]>();
  const totals: number[] = [];
  for (let step = 0; step < updates; step++) {
    const tasks = Array.from({ length: config.groups }, (_, g) =>
      world.trainingTask(step * config.groups + g),
    );
    if (step === 1) {
      profile?.clear();
      await gpuProfile?.take();
    }
    const started = performance.now();
    let last = started;
    for await (const { phase } of trainStep(
      learner,
      tasks,
      methodOf(config),
      deriveKey(seedKey(0), "step", step),
    )) {
      const now = performance.now();
      if (step > 0) phases.set(phase, [...(phases.get(phase) ?? []), now - last]);
      last = now;
    }
    // The first update compiles.
    if (step > 0) totals.push(performance.now() - started);
  }
  const seconds = median(totals) / 1000;
  const byPhase = table([
    ["phase", "ms"],
    ...[...phases].map(([phase, times]) => [phase, median(times).toFixed(0)]),
    ["update", (seconds * 1000).toFixed(0)],
  ]);
  const times = profile ?? (await gpuProfile?.take());
  if (!times) return { seconds, report: byPhase };
  const kernels = [...times].sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
  const count = updates - 1;
  const byKernel = table([
    ["kernel", "ms", "calls"],
    ...kernels.map(([name, { milliseconds, calls }]) => [
      name,
      (milliseconds / count).toFixed(1),
      Math.round(calls / count),
    ]),
  ]);
  return { seconds, report: `${byPhase}\n\n${byKernel}` };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
