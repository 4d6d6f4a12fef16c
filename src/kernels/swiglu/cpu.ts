import type { CpuTensor } from "../cpu";
import { cut } from "../threads";
import type { SwigluBackwardOptions, SwigluOptions } from "./swiglu";

/** See `SwigluOptions`; the loop is in `swiglu.as.ts`. */
export function swiglu({ gate, up, out }: SwigluOptions<CpuTensor>): void {
  elementwise("swiglu", [gate, up, out]);
}

/** See `SwigluBackwardOptions`. */
export function swigluBackward(options: SwigluBackwardOptions<CpuTensor>): void {
  const { gate, up, gradOut, gradGate, gradUp } = options;
  elementwise("swigluBackward", [gate, up, gradOut, gradGate, gradUp]);
}

/** The elements of tensors of one shape, four at a time. */
function elementwise(kernel: "swiglu" | "swigluBackward", tensors: readonly CpuTensor[]): void {
  const [{ context, rows, cols }] = tensors;
  const parts = cut(rows * cols, context.threads.count, 4);
  context.threads.run(
    kernel,
    parts.map(([first, last]) => [...tensors.map(({ pointer }) => pointer + 4 * first), last - first]),
  );
}
