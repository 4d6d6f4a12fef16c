import { workgroups, type GpuTensor, type KernelSource } from "../gpu";
import lmHeadCode from "../lm_head/lm_head.wgsl?raw";
import { dispatchStatisticsParts } from "../lm_head/webgpu";
import randomCode from "../random/random.wgsl?raw";
import type { SamplingOptions } from "./sampling";
import code from "./sampling.wgsl?raw";

const sampleRows = (greedy: boolean): KernelSource => ({
  name: "sampling",
  code: randomCode + lmHeadCode + code,
  entryPoint: "sampleRows",
  bindings: ["read", "read", "read", "write", "write", "write"],
  constants: { GREEDY: greedy ? 1 : 0 },
});

/** See `SamplingOptions`. */
export function sample({
  logits,
  draws,
  greedy,
  ids,
  logprobs,
  entropies,
}: SamplingOptions<GpuTensor>): void {
  const { parts, parameters } = dispatchStatisticsParts(logits);
  const tensors = [logits, parts, draws, ids, entropies, logprobs];
  logits.context.dispatch(sampleRows(greedy), tensors, parameters, [workgroups(logits.rows, 64)]);
}
