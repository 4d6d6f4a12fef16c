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

/** Numbers of 32 bits in which a row's sums lie between two chunks: five doubles, see `logitStatistics`. */
const sumsCols = 10;

function partsOf({ hidden: { context } }: Pick<LmHeadOptions<CpuTensor>, "hidden">): LmHeadParts<CpuTensor> {
  const sumsOf = (rows: number) => context.scratchTensor("lm_head sums", rows, sumsCols);
  return {
    matmul,
    logits: (rows, vocab) => context.scratchTensor("lm_head logits", rows, vocab),
    statistics: (logits, first, targets) =>
      byRows("logitStatistics", logits, first, [targets, sumsOf(logits.rows)]),
    results({ logprobs, entropies, logSumExp, unsampledMass }) {
      const { rows } = logprobs;
      const results = [logprobs, entropies, logSumExp, unsampledMass].map(({ pointer }) => pointer);
      context.simd.logitResults(sumsOf(rows).pointer, rows, ...results);
    },
    gradient: (logits, first, { targets, logSumExp, coefficients, statistics, unsampledMass }) =>
      byRows("logitGradient", logits, first, [targets, logSumExp, coefficients, statistics, unsampledMass]),
  };
}

/** Rows of logits and of what belongs to them (null: nothing), some for each thread. */
function byRows(
  kernel: "logitStatistics" | "logitGradient",
  logits: CpuTensor,
  firstToken: number,
  others: readonly (CpuTensor | null)[],
): void {
  const { context, rows, cols } = logits;
  const at = (tensor: CpuTensor | null, row: number) => (tensor ? tensor.pointer + 4 * tensor.cols * row : 0);
  context.threads.run(
    kernel,
    cut(rows, context.threads.count).map(([first, last]) => [
      ...[at(logits, first), last - first, cols, firstToken],
      ...others.map((tensor) => at(tensor, first)),
    ]),
  );
}
