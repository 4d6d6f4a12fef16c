import type { CpuTensor } from "../cpu";
import type { SwigluBackwardOptions, SwigluOptions } from "./swiglu";

/** See `SwigluOptions`; the loop is in `swiglu.as.ts`. */
export function swiglu({ gate, up, out }: SwigluOptions<CpuTensor>): void {
  out.context.simd.swiglu(gate.pointer, up.pointer, out.pointer, out.rows * out.cols);
}

/** See `SwigluBackwardOptions`. */
export function swigluBackward(options: SwigluBackwardOptions<CpuTensor>): void {
  const { gate, up, gradOut, gradGate, gradUp } = options;
  const inputs = [gate.pointer, up.pointer, gradOut.pointer] as const;
  gate.context.simd.swigluBackward(...inputs, gradGate.pointer, gradUp.pointer, gate.rows * gate.cols);
}
