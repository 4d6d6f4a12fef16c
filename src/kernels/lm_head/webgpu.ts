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
const statistics = kernel("statistics", "read", "read", "read", "write", "write");
const results = kernel("results", "read", "read", "write", "write", "write", "write");
const gradientParts = kernel("gradientParts", "write", "write", "read", "read", "read");
const gradientSums = kernel("gradientSums", "write", "read", "read", "write", "read", "read");

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

/** A block of logits as the kernels see it, and memory for its parts. */
function dealt(logits: GpuTensor, first: number, whole: boolean) {
  const perRow = partsPerRow(logits.cols);
  const parts = logits.context.scratch("lm_head parts", logits.rows * perRow, 4);
  const parameters = [logits.rows, logits.cols, perRow, first, whole ? 1 : 0];
  return { parts, parameters, grid: [workgroups(perRow, 64), logits.rows] as const };
}

/** Records the first half of the softmax statistics of tokens from `first` on; `sampling` shares it. */
export function dispatchStatisticsParts(
  logits: GpuTensor,
  first = 0,
): { parts: GpuTensor; parameters: number[] } {
  const { parts, parameters, grid } = dealt(logits, first, false);
  logits.context.dispatch(statisticsParts, [logits, parts], parameters, grid);
  return { parts, parameters };
}

function partsOf({
  hidden: { context: gpu },
}: Pick<LmHeadOptions<GpuTensor>, "hidden">): LmHeadParts<GpuTensor> {
  /** What is known of rows between two blocks: their sums, and the targets' logits. */
  const sumsOf = (rows: number) => [
    gpu.scratch("lm_head sums", rows, 4),
    gpu.scratch("lm_head target logits", rows, 1),
  ];
  return {
    matmul,
    logits: (rows, vocab) => gpu.scratch("lm_head logits", rows, vocab),
    statistics(logits, first, targets) {
      const { parts, parameters } = dispatchStatisticsParts(logits, first);
      const tensors = [logits, parts, targets, ...sumsOf(logits.rows)];
      gpu.dispatch(statistics, tensors, parameters, [workgroups(logits.rows, 64)]);
    },
    results({ logprobs, entropies, logSumExp, unsampledMass }) {
      const { rows } = logprobs;
      const tensors = [...sumsOf(rows), unsampledMass, logSumExp, entropies, logprobs];
      gpu.dispatch(results, tensors, [rows], [workgroups(rows, 64)]);
    },
    gradient(logits, first, { targets, logSumExp, coefficients, statistics: ofRows, unsampledMass }) {
      const { parts, parameters, grid } = dealt(logits, first, unsampledMass === null);
      gpu.dispatch(gradientParts, [logits, parts, targets, logSumExp, coefficients], parameters, grid);
      // What is not there is bound to something that is; the kernel does not look at it.
      const tensors = [logits, parts, targets, ofRows, coefficients, unsampledMass ?? coefficients];
      gpu.dispatch(gradientSums, tensors, parameters, [workgroups(logits.rows, 64)]);
    },
  };
}
