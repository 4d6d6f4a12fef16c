import { workgroups, type GpuTensor, type KernelSource } from "../gpu";
import type { RmsnormBackwardOptions, RmsnormOptions } from "./rmsnorm";
import code from "./rmsnorm.wgsl?raw";

const kernel = (entryPoint: string, ...bindings: KernelSource["bindings"]): KernelSource => ({
  name: `rmsnorm ${entryPoint}`,
  code,
  entryPoint,
  bindings,
});

const forward = kernel("forward", "read", "read", "write");
const backward = kernel("backward", "read", "read", "read", "write");
const reciprocalNorms = kernel("reciprocalNorms", "read", "write");
const weightParts = kernel("weightParts", "read", "read", "read", "write");
const weightSum = kernel("weightSum", "read", "write");
const rowsPerPart = 64;

/** See `RmsnormOptions`. */
export function rmsnorm({ x, weight, epsilon, out }: RmsnormOptions<GpuTensor>): void {
  x.context.dispatch(forward, [x, weight, out], [x.rows, x.cols, { f32: epsilon }], [workgroups(x.rows, 64)]);
}

/** See `RmsnormBackwardOptions`. */
export function rmsnormBackward(options: RmsnormBackwardOptions<GpuTensor>): void {
  const { x, weight, epsilon, gradOut, gradX, gradWeight } = options;
  const gpu = x.context;
  const parameters = [x.rows, x.cols, { f32: epsilon }];
  const perRow = [workgroups(x.rows, 64)] as const;
  gpu.dispatch(backward, [x, weight, gradOut, gradX], parameters, perRow);
  if (!gradWeight) return;
  const norms = gpu.scratch("rmsnorm norms", 1, x.rows);
  gpu.dispatch(reciprocalNorms, [x, norms], parameters, perRow);
  const parts = gpu.scratch("rmsnorm parts", workgroups(x.rows, rowsPerPart), x.cols);
  const columns = workgroups(x.cols, 64);
  gpu.dispatch(weightParts, [x, norms, gradOut, parts], parameters, [columns, parts.rows]);
  gpu.dispatch(weightSum, [parts, gradWeight], [parts.rows, x.cols], [columns]);
}
