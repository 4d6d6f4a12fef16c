import type { CpuTensor } from "../cpu";
import { matmul } from "../matmul/cpu";
import { cut } from "../threads";
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
  return {
    matmul,
    logits: (rows, vocab) => context.scratchTensor("lm_head logits", rows, vocab),
    statistics: (logits, ...results) => byRows("logitStatistics", logits, results),
    gradient: (logits, ...tensors) => byRows("logitGradient", logits, tensors),
  };
}

/** Rows of logits and of what belongs to them, some for each thread. */
function byRows(
  kernel: "logitStatistics" | "logitGradient",
  logits: CpuTensor,
  others: readonly CpuTensor[],
): void {
  const { context, rows, cols } = logits;
  const at = (tensor: CpuTensor, row: number) => tensor.pointer + 4 * tensor.cols * row;
  context.threads.run(
    kernel,
    cut(rows, context.threads.count).map(([first, last]) => [
      ...[at(logits, first), last - first, cols],
      ...others.map((tensor) => at(tensor, first)),
    ]),
  );
}
