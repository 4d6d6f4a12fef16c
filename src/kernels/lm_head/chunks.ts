import type { Tensor } from "../tensor";
import type { MatmulOptions } from "../matmul/matmul";
import type { LmHeadBackwardOptions, LmHeadOptions } from "./lm_head";

/** A tensor whose slices are of its own kind. */
type Sliceable<T extends Tensor> = { slice(start: number, rows: number): T } & Tensor;

/** What a backend brings: its matrix product, memory for one chunk of logits, and the two row kernels. */
export interface LmHeadParts<T extends Tensor> {
  matmul(options: MatmulOptions<T>): void;
  /** [rows, vocab], contents undefined. */
  logits(rows: number, vocab: number): T;
  statistics(logits: T, targets: T, logprobs: T, entropies: T, logSumExp: T): void;
  gradient(logits: T, targets: T, logSumExp: T, coefficients: T, statistics: T): void;
}

/** The first call, chunk by chunk. */
export function lmHeadChunks<T extends Sliceable<T>>(parts: LmHeadParts<T>, options: LmHeadOptions<T>): void {
  const { hidden, weight, targets, temperature, rowsPerChunk, logprobs, entropies, logSumExp } = options;
  for (const cut of chunks<T>(hidden.rows, rowsPerChunk)) {
    const logits = parts.logits(cut.rows, weight.rows);
    parts.matmul({ layout: "NT", a: cut(hidden), b: weight, out: logits, scale: 1 / temperature });
    parts.statistics(logits, cut(targets), cut(logprobs), cut(entropies), cut(logSumExp));
  }
}

/** The second call: each chunk's logits are computed again, turned into gradients, and used up. */
export function lmHeadBackwardChunks<T extends Sliceable<T>>(
  parts: LmHeadParts<T>,
  options: LmHeadBackwardOptions<T>,
): void {
  const { hidden, weight, targets, rowsPerChunk, logSumExp, coefficients, gradHidden, gradWeight } = options;
  const scale = 1 / options.temperature;
  for (const cut of chunks<T>(hidden.rows, rowsPerChunk)) {
    const logits = parts.logits(cut.rows, weight.rows);
    parts.matmul({ layout: "NT", a: cut(hidden), b: weight, out: logits, scale });
    parts.gradient(logits, cut(targets), cut(logSumExp), cut(coefficients), cut(options.statistics));
    parts.matmul({ layout: "NN", a: logits, b: weight, out: cut(gradHidden), scale });
    if (!gradWeight) continue;
    parts.matmul({ layout: "TN", a: logits, b: cut(hidden), out: gradWeight, scale, accumulate: true });
  }
}

/** Cutters: functions from a tensor to its rows of one chunk. */
function* chunks<T extends Sliceable<T>>(rows: number, rowsPerChunk: number) {
  if (rowsPerChunk % 64 !== 0) throw new Error(`chunks of ${rowsPerChunk} rows: must be a multiple of 64`);
  for (let start = 0; start < rows; start += rowsPerChunk) {
    const count = Math.min(rowsPerChunk, rows - start);
    yield Object.assign((tensor: T) => tensor.slice(start, count), { rows: count });
  }
}
