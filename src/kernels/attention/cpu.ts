import type { CpuTensor } from "../cpu";
import type { AttentionBackwardOptions, AttentionOptions } from "./attention";

/** See `AttentionOptions`; the loops are in `attention.as.ts`. */
export function attention(options: AttentionOptions<CpuTensor>): void {
  const { q, k, v, ranges, heads, kvHeads, headDim, out, logSumExp } = options;
  const cpu = q.context;
  const scores = cpu.scratch(scoreBytes(k));
  const tensors = [q, k, v, ranges, out, logSumExp].map((tensor) => tensor.pointer);
  cpu.simd.attention(...tensors, q.rows, heads, kvHeads, headDim, 1 / Math.sqrt(headDim), scores);
}

/** See `AttentionBackwardOptions`. */
export function attentionBackward(options: AttentionBackwardOptions<CpuTensor>): void {
  const { q, k, v, ranges, heads, kvHeads, headDim, out, logSumExp, gradOut, gradQ, gradK, gradV } = options;
  const cpu = q.context;
  gradK.f32.fill(0);
  gradV.f32.fill(0);
  const probabilities = cpu.scratch(2 * scoreBytes(k));
  const products = probabilities + scoreBytes(k);
  const tensors = [q, k, v, ranges, out, logSumExp, gradOut, gradQ, gradK, gradV].map(
    (tensor) => tensor.pointer,
  );
  const sizes = [q.rows, heads, kvHeads, headDim, 1 / Math.sqrt(headDim)];
  cpu.simd.attentionBackward(...tensors, ...sizes, probabilities, products);
}

/** One score for every key row there is, and room for the padding. */
const scoreBytes = (keys: CpuTensor) => (keys.rows + 8) * 4;
