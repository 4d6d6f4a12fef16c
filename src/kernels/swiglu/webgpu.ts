import { workgroupGrid, type GpuTensor, type KernelSource } from "../gpu";
import type { SwigluBackwardOptions, SwigluOptions } from "./swiglu";
import code from "./swiglu.wgsl?raw";

const forward: KernelSource = {
  name: "swiglu",
  code,
  entryPoint: "forward",
  bindings: ["read", "read", "write"],
};
const backward: KernelSource = {
  name: "swiglu backward",
  code,
  entryPoint: "backward",
  bindings: ["read", "read", "read", "write", "write"],
};

/** See `SwigluOptions`. */
export function swiglu({ gate, up, out }: SwigluOptions<GpuTensor>): void {
  const vectors = (out.rows * out.cols) / 4;
  out.context.dispatch(forward, [gate, up, out], [vectors], workgroupGrid(vectors, 64));
}

/** See `SwigluBackwardOptions`. */
export function swigluBackward(options: SwigluBackwardOptions<GpuTensor>): void {
  const { gate, up, gradOut, gradGate, gradUp } = options;
  const vectors = (gate.rows * gate.cols) / 4;
  const tensors = [gate, up, gradOut, gradGate, gradUp];
  gate.context.dispatch(backward, tensors, [vectors], workgroupGrid(vectors, 64));
}
