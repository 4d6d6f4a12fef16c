import { workgroups, type GpuTensor, type KernelSource } from "../gpu";
import type { BiasBackwardOptions, BiasOptions } from "./bias";
import code from "./bias.wgsl?raw";

const forward: KernelSource = { name: "bias", code, entryPoint: "forward", bindings: ["read", "write"] };
const backward: KernelSource = {
  name: "bias backward",
  code,
  entryPoint: "backward",
  bindings: ["read", "write"],
};

/** See `BiasOptions`. */
export function bias({ bias, out }: BiasOptions<GpuTensor>): void {
  out.context.dispatch(forward, [bias, out], [out.rows, out.cols], [workgroups(out.cols, 64), out.rows]);
}

/** See `BiasBackwardOptions`. */
export function biasBackward({ gradOut, gradBias }: BiasBackwardOptions<GpuTensor>): void {
  const { rows, cols } = gradOut;
  gradOut.context.dispatch(backward, [gradOut, gradBias], [rows, cols], [workgroups(cols, 64)]);
}
