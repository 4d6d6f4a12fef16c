import type { CpuTensor } from "../cpu";
import { isQuantized } from "../tensor";
import { layoutCode, shapeOf, type MatmulOptions } from "./matmul";

/** See `MatmulOptions` for what it computes; the loops are in `matmul.as.ts`. */
export function matmul(options: MatmulOptions<CpuTensor>): void {
  const { a, b, out, layout, scale = 1, accumulate = false } = options;
  const { m, n, k } = shapeOf(options);
  const weights = isQuantized(b)
    ? [b.words.pointer, b.bits, b.scales.pointer, b.offsets?.pointer ?? 0, b.zero, b.group === 32 ? 5 : 4]
    : [b.pointer, 32, 0, 0, 0, 0];
  const cpu = out.context;
  const scratch = cpu.scratch(cpu.simd.matmulScratchBytes());
  const sizes = [out.pointer, m, n, k, scale, accumulate ? 1 : 0, scratch];
  cpu.simd.matmul(layoutCode[layout], a.pointer, ...weights, ...sizes);
}
