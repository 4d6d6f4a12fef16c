// The WebAssembly module of the cpu backend: the kernels that TypeScript would be too slow for.
export { expArray } from "./exp.as";
export { matmul, matmulScratchBytes } from "../matmul/matmul.as";
export { logitStatistics, logitResults, logitGradient, sampleLogits } from "../lm_head/lm_head.as";
export { attention, attentionBackward } from "../attention/attention.as";
export { swiglu, swigluBackward } from "../swiglu/swiglu.as";

/** The first byte of linear memory that is not the module's own; the host allocates from here on. */
export function heapStart(): usize {
  return __heap_base;
}
