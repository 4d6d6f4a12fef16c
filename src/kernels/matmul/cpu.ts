import type { CpuTensor } from "../cpu";
import { isQuantized } from "../tensor";
import { layoutCode, shapeOf, type MatmulOptions } from "./matmul";

/** See `MatmulOptions` for what it computes; the loops are in `matmul.as.ts`. */
export function matmul(options: MatmulOptions<CpuTensor>): void {
  const { a, b, out, layout, scale = 1, accumulate = false, addend, lowRank } = options;
  const { m, n, k } = shapeOf(options);
  const cpu = out.context;
  const weights = isQuantized(b)
    ? [b.words.pointer, b.bits, b.scales.pointer, b.offsets?.pointer ?? 0, b.zero, b.group === 32 ? 5 : 4]
    : [b.pointer, 32, 0, 0, 0, 0];
  const base = accumulate ? out.pointer : (addend?.pointer ?? 0);
  const scratch = cpu.scratch(cpu.simd.matmulScratchBytes());
  cpu.simd.matmul(...[layoutCode[layout], a.pointer, ...weights, out.pointer, base, m, n, k, scale, scratch]);
  if (lowRank) matmul({ layout, ...lowRank, out, accumulate: true });
}
