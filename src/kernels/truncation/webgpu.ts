import type { GpuTensor, KernelSource } from "../gpu";
import { log } from "../math";
import { impossible, type TruncationOptions } from "./truncation";
import code from "./truncation.wgsl?raw";

const kernel: KernelSource = { name: "truncation", code, entryPoint: "truncate", bindings: ["write"] };

/** See `TruncationOptions`. */
export function truncate({ logits, topK, topP, minP }: TruncationOptions<GpuTensor>): void {
  const { rows, cols, context } = logits;
  const logMinP = minP > 0 ? log(minP) : 1;
  const parameters = [rows, cols, topK, { f32: topP }, { f32: logMinP }, { f32: impossible }];
  context.dispatch(kernel, [logits], parameters, [rows]);
}
