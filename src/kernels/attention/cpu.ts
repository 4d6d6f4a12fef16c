import type { CpuTensor } from "../cpu";
import { cut } from "../threads";
import type { AttentionBackwardOptions, AttentionOptions } from "./attention";

/** See `AttentionOptions`; the loops are in `attention.as.ts`. */
export function attention(options: AttentionOptions<CpuTensor>): void {
  const { q, k, v, ranges, heads, kvHeads, headDim, out, logSumExp } = options;
  const cpu = q.context;
  const threads = Math.min(cpu.threads.count, q.rows);
  const scores = cpu.scratch(scoreBytes(k) * threads);
  const tensors = [q, k, v, ranges, out, logSumExp].map((tensor) => tensor.pointer);
  const sizes = [q.rows, heads, kvHeads, headDim, 1 / Math.sqrt(headDim)];
  cpu.threads.run(
    "attention",
    Array.from({ length: threads }, (_, i) => [...tensors, ...sizes, scores + i * scoreBytes(k), i, threads]),
  );
}

/** See `AttentionBackwardOptions`. */
export function attentionBackward(options: AttentionBackwardOptions<CpuTensor>): void {
  const { q, k, v, ranges, heads, kvHeads, headDim, out, logSumExp, gradOut, gradQ, gradK, gradV } = options;
  const cpu = q.context;
  gradK.f32.fill(0);
  gradV.f32.fill(0);
  const parts = cut(heads, cpu.threads.count, heads / kvHeads);
  const bytes = scoreBytes(k);
  const scratch = cpu.scratch(2 * bytes * parts.length);
  const tensors = [q, k, v, ranges, out, logSumExp, gradOut, gradQ, gradK, gradV].map(
    (tensor) => tensor.pointer,
  );
  const sizes = [q.rows, heads, kvHeads, headDim, 1 / Math.sqrt(headDim)];
  cpu.threads.run(
    "attentionBackward",
    parts.map(([first, last], i) => {
      const probabilities = scratch + 2 * i * bytes;
      return [...tensors, ...sizes, probabilities, probabilities + bytes, first, last];
    }),
  );
}

/** One score for every key row there is, and room for the padding; a multiple of 16. */
const scoreBytes = (keys: CpuTensor) => 16 * Math.ceil((keys.rows + 8) / 4);
