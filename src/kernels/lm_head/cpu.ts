import type { CpuTensor } from "../cpu";
import { matmul } from "../matmul/cpu";
import { lmHeadBackwardChunks, lmHeadChunks, type LmHeadParts } from "./chunks";
import type { LmHeadBackwardOptions, LmHeadOptions } from "./lm_head";

/** See `LmHeadOptions`. */
export function lmHead(options: LmHeadOptions<CpuTensor>): void {
  lmHeadChunks(partsOf(options), options);
}

/** See `LmHeadBackwardOptions`. */
export function lmHeadBackward(options: LmHeadBackwardOptions<CpuTensor>): void {
  lmHeadBackwardChunks(partsOf(options), options);
}

function partsOf({ hidden: { context } }: Pick<LmHeadOptions<CpuTensor>, "hidden">): LmHeadParts<CpuTensor> {
  const { simd } = context;
  return {
    matmul,
    logits: (rows, vocab) => context.scratchTensor("lm_head logits", rows, vocab),
    statistics: (logits, ...results) =>
      simd.logitStatistics(logits.pointer, logits.rows, logits.cols, ...results.map((t) => t.pointer)),
    gradient: (logits, ...tensors) =>
      simd.logitGradient(logits.pointer, logits.rows, logits.cols, ...tensors.map((t) => t.pointer)),
  };
}
