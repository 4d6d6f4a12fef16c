import type { CpuTensor } from "../cpu";
import type { RmsnormBackwardOptions, RmsnormOptions } from "./rmsnorm";

/** See `RmsnormOptions`. Sums in double precision. */
export function rmsnorm({ x, weight, epsilon, out }: RmsnormOptions<CpuTensor>): void {
  const [input, scale, output] = [x.f32, weight.f32, out.f32];
  const width = x.cols;
  for (let start = 0; start < input.length; start += width) {
    const r = reciprocalNorm(input, start, width, epsilon);
    for (let i = 0; i < width; i++) output[start + i] = scale[i] * (input[start + i] * r);
  }
}

/** See `RmsnormBackwardOptions`. */
export function rmsnormBackward(options: RmsnormBackwardOptions<CpuTensor>): void {
  const { x, weight, epsilon, gradOut, gradX, gradWeight } = options;
  const [input, scale, g, gradInput] = [x.f32, weight.f32, gradOut.f32, gradX.f32];
  const gradScale = gradWeight?.f32;
  const width = x.cols;
  for (let start = 0; start < input.length; start += width) {
    const r = reciprocalNorm(input, start, width, epsilon);
    let dot = 0;
    for (let i = 0; i < width; i++) dot += scale[i] * g[start + i] * (input[start + i] * r);
    const mean = dot / width;
    for (let i = 0; i < width; i++) {
      const normalised = input[start + i] * r;
      gradInput[start + i] += r * (scale[i] * g[start + i] - normalised * mean);
    }
    if (gradScale) for (let i = 0; i < width; i++) gradScale[i] += g[start + i] * (input[start + i] * r);
  }
}

function reciprocalNorm(x: Float32Array, start: number, width: number, epsilon: number): number {
  let squares = 0;
  for (let i = start; i < start + width; i++) squares += x[i] * x[i];
  return 1 / Math.sqrt(squares / width + epsilon);
}
