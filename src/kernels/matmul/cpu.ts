import type { CpuTensor } from "../cpu";
import { isQuantized } from "../tensor";
import { cut } from "../threads";
import { layoutCode, shapeOf, type MatmulOptions } from "./matmul";

/** Multiplications from which on a product is shared between threads. */
const leastWork = 50_000;

/** See `MatmulOptions` for what it computes; the loops are in `matmul.as.ts`. */
export function matmul(options: MatmulOptions<CpuTensor>): void {
  const { a, b, out, layout, scale = 1, accumulate = false, addend, lowRank } = options;
  const { m, n, k } = shapeOf(options);
  const cpu = out.context;
  const weights = isQuantized(b)
    ? [b.words.pointer, b.bits, b.scales.pointer, b.offsets?.pointer ?? 0, b.zero, b.group === 32 ? 5 : 4]
    : [b.pointer, 32, 0, 0, 0, 0];
  const base = accumulate ? out.pointer : (addend?.pointer ?? 0);
  const operands = [layoutCode[layout], a.pointer, ...weights, out.pointer, base, m, n, k, scale];
  // A thread for a few columns costs more than it saves.
  const parts = cut(n, m * n * k < leastWork ? 1 : cpu.threads.count, 8);
  const bytes = cpu.simd.matmulScratchBytes();
  const scratch = cpu.scratch(bytes * parts.length);
  cpu.threads.run(
    "matmul",
    parts.map(([first, last], i) => [...operands, scratch + i * bytes, first, last]),
  );
  if (lowRank) matmul({ layout, ...lowRank, out, accumulate: true });
}
