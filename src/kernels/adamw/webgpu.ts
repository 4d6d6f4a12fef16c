import { workgroupGrid, workgroups, type GpuTensor, type KernelSource } from "../gpu";
import type { AdamwOptions, SquaresOptions } from "./adamw";
import code from "./adamw.wgsl?raw";

const kernel = (entryPoint: string, ...bindings: KernelSource["bindings"]): KernelSource => ({
  name: `adamw ${entryPoint}`,
  code,
  entryPoint,
  bindings,
});

const stepKernel = kernel("step", "read", "write", "write", "write");
const squaresKernel = kernel("squares", "read", "write");

/** See `AdamwOptions`. */
export function adamw(options: AdamwOptions<GpuTensor>): void {
  const { parameters, gradients, firstMoments, secondMoments, learningRate, beta1, beta2 } = options;
  const vectors = (parameters.rows * parameters.cols) / 4;
  const numbers = [
    ...[
      beta1,
      beta2,
      options.epsilon,
      1 - learningRate * options.weightDecay,
      learningRate / options.correction1,
    ],
    ...[1 / Math.sqrt(options.correction2), options.gradientScale, 1 - beta1, 1 - beta2],
  ];
  parameters.context.dispatch(
    stepKernel,
    [gradients, parameters, firstMoments, secondMoments],
    [vectors, ...numbers.map((f32) => ({ f32 }))],
    workgroupGrid(vectors, 64),
  );
}

/** See `SquaresOptions`. The parts are dealt out in vectors of four. */
export function squares({ x, parts }: SquaresOptions<GpuTensor>): void {
  const vectors = (x.rows * x.cols) / 4;
  x.context.dispatch(squaresKernel, [x, parts], [vectors, parts.rows], [workgroups(parts.rows, 64)]);
}
