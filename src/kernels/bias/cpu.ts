import type { CpuTensor } from "../cpu";
import type { BiasBackwardOptions, BiasOptions } from "./bias";

/** See `BiasOptions`. */
export function bias({ bias, out }: BiasOptions<CpuTensor>): void {
  const [added, output, width] = [bias.f32, out.f32, out.cols];
  for (let start = 0; start < output.length; start += width)
    for (let i = 0; i < width; i++) output[start + i] += added[i];
}

/** See `BiasBackwardOptions`. */
export function biasBackward({ gradOut, gradBias }: BiasBackwardOptions<CpuTensor>): void {
  const [g, sums, width] = [gradOut.f32, gradBias.f32, gradOut.cols];
  for (let start = 0; start < g.length; start += width)
    for (let i = 0; i < width; i++) sums[i] += g[start + i];
}
