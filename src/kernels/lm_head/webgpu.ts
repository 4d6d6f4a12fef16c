import { workgroups, type GpuTensor, type KernelSource } from "../gpu";
import { matmul } from "../matmul/webgpu";
import { lmHeadBackwardChunks, lmHeadChunks, type LmHeadParts } from "./chunks";
import type { LmHeadBackwardOptions, LmHeadOptions } from "./lm_head";
import code from "./lm_head.wgsl?raw";

const kernel = (entryPoint: string, ...bindings: KernelSource["bindings"]): KernelSource => ({
  name: `lm_head ${entryPoint}`,
  code,
  entryPoint,
  bindings,
});

const statisticsParts = kernel("statisticsParts", "read", "write");
const statistics = kernel("statistics", "read", "read", "read", "write", "write", "write");
const gradientParts = kernel("gradientParts", "write", "write", "read", "read", "read");
const gradientSums = kernel("gradientSums", "write", "read", "read", "write", "read");

/** See `LmHeadOptions`. */
export function lmHead(options: LmHeadOptions<GpuTensor>): void {
  lmHeadChunks(partsOf(options), options);
}

/** See `LmHeadBackwardOptions`. */
export function lmHeadBackward(options: LmHeadBackwardOptions<GpuTensor>): void {
  lmHeadBackwardChunks(partsOf(options), options);
}

/** About 256 logits a thread. */
const partsPerRow = (vocab: number) => workgroups(vocab, 256);

/** Records the first half of the softmax statistics; `sampling` shares it. */
export function dispatchStatisticsParts(logits: GpuTensor): { parts: GpuTensor; parameters: number[] } {
  const gpu = logits.context;
  const perRow = partsPerRow(logits.cols);
  const parts = gpu.scratch("lm_head parts", logits.rows * perRow, 4);
  const parameters = [logits.rows, logits.cols, perRow];
  gpu.dispatch(statisticsParts, [logits, parts], parameters, [workgroups(perRow, 64), logits.rows]);
  return { parts, parameters };
}

function partsOf({
  hidden: { context: gpu },
}: Pick<LmHeadOptions<GpuTensor>, "hidden">): LmHeadParts<GpuTensor> {
  return {
    matmul,
    logits: (rows, vocab) => gpu.scratch("lm_head logits", rows, vocab),
    statistics(logits, targets, logprobs, entropies, logSumExp) {
      const { parts, parameters } = dispatchStatisticsParts(logits);
      const tensors = [logits, parts, targets, logSumExp, entropies, logprobs];
      gpu.dispatch(statistics, tensors, parameters, [workgroups(logits.rows, 64)]);
    },
    gradient(logits, targets, logSumExp, coefficients, rowStatistics) {
      const perRow = partsPerRow(logits.cols);
      const parts = gpu.scratch("lm_head parts", logits.rows * perRow, 4);
      const parameters = [logits.rows, logits.cols, perRow];
      const grid = [workgroups(perRow, 64), logits.rows] as const;
      gpu.dispatch(gradientParts, [logits, parts, targets, logSumExp, coefficients], parameters, grid);
      const tensors = [logits, parts, targets, rowStatistics, coefficients];
      gpu.dispatch(gradientSums, tensors, parameters, [workgroups(logits.rows, 64)]);
    },
  };
}
