import type { Backend, Kernels } from "../src/compute/backend";
import { WebgpuBackend } from "../src/compute/webgpu";

/** Milliseconds per call: the fastest of several rounds of calls that fill about `budget` milliseconds. */
export async function fastest(run: () => Promise<void>, budget = 300, rounds = 5): Promise<number> {
  await run();
  const once = await time(run);
  const calls = Math.max(1, Math.round(budget / rounds / once));
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const total = await time(async () => {
      for (let i = 0; i < calls; i++) await run();
    });
    best = Math.min(best, total / calls);
  }
  return best;
}

export async function time(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

type KernelTimes = Map<string, { milliseconds: number; calls: number }>;

/** From here on, milliseconds and calls by kernel; null where the device has no clock of its own. */
export function profileKernels(backend: Backend): { take(): Promise<KernelTimes> } | null {
  if (backend instanceof WebgpuBackend) return backend.context.profile();
  const times: KernelTimes = new Map();
  const kernels = backend.kernels as unknown as Record<keyof Kernels, (options: never) => void>;
  for (const [name, kernel] of Object.entries(kernels)) {
    kernels[name as keyof Kernels] = (options) => {
      const started = performance.now();
      kernel(options);
      const entry = times.get(name) ?? { milliseconds: 0, calls: 0 };
      entry.milliseconds += performance.now() - started;
      entry.calls++;
      times.set(name, entry);
    };
  }
  return { take: () => Promise.resolve(times) };
}

/** A table with its columns aligned. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const text = rows.map((row) => row.map(String));
  const widths = text[0].map((_, c) => Math.max(...text.map((row) => row[c].length)));
  return text
    .map((row) =>
      row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join("  "),
    )
    .join("\n");
}
