import { weightRows, type Sliceable, type Tensor } from "../tensor";
import type { MatmulOptions } from "../matmul/matmul";
import type { LmHeadBackwardOptions, LmHeadOptions } from "./lm_head";

/** What a backend brings: its matrix product, memory for one chunk of logits, and the row kernels. */
export interface LmHeadParts<T extends Tensor> {
  matmul(options: MatmulOptions<T>): void;
  /** [rows, vocab], contents undefined. */
  logits(rows: number, vocab: number): T;
  /**
   * The softmax sums of rows of logits, those of the tokens from `first` on, added to what the rows have by now. The
   * tokens come in order; 0 begins anew.
   */
  statistics(logits: T, first: number, targets: T): void;
  /** What the rows' sums come to, when all tokens have been seen. */
  results(results: Pick<LmHeadOptions<T>, "logprobs" | "entropies" | "logSumExp" | "unsampledMass">): void;
  /** Logits of the tokens from `first` on become gradients; their statistics are added to the rows' (0 begins anew). */
  gradient(logits: T, first: number, rows: GradientRows<T>): void;
}

/** What the second call knows of the rows of a chunk. */
export interface GradientRows<T extends Tensor> {
  readonly targets: T;
  readonly logSumExp: T;
  readonly coefficients: T;
  readonly statistics: T;
  /** Null where the chunk's logits are those of all tokens: their own sum is the exact counterpart then. */
  readonly unsampledMass: T | null;
}

/** The first call, chunk by chunk. */
export function lmHeadChunks<T extends Sliceable<T>>(parts: LmHeadParts<T>, options: LmHeadOptions<T>): void {
  const { hidden, weight, targets, temperature, chunk } = options;
  for (const [row, rows] of cuts(hidden.rows, chunk.rows)) {
    const cut = (tensor: T) => tensor.slice(row, rows);
    for (const [first, count] of cuts(weight.rows, chunk.vocab)) {
      const logits = parts.logits(rows, count);
      const b = weightRows(weight, first, count);
      parts.matmul({ layout: "NT", a: cut(hidden), b, out: logits, scale: 1 / temperature });
      parts.statistics(logits, first, cut(targets));
    }
    parts.results({
      logprobs: cut(options.logprobs),
      entropies: cut(options.entropies),
      logSumExp: cut(options.logSumExp),
      unsampledMass: cut(options.unsampledMass),
    });
  }
}

/** The second call: each chunk's logits are computed again, turned into gradients, and used up. */
export function lmHeadBackwardChunks<T extends Sliceable<T>>(
  parts: LmHeadParts<T>,
  options: LmHeadBackwardOptions<T>,
): void {
  const { hidden, weight, chunk, gradHidden, gradWeight } = options;
  const scale = 1 / options.temperature;
  for (const [row, rows] of cuts(hidden.rows, chunk.rows)) {
    const cut = (tensor: T) => tensor.slice(row, rows);
    const known = {
      targets: cut(options.targets),
      logSumExp: cut(options.logSumExp),
      coefficients: cut(options.coefficients),
      statistics: cut(options.statistics),
      unsampledMass: chunk.vocab < weight.rows ? cut(options.unsampledMass) : null,
    };
    for (const [first, count] of cuts(weight.rows, chunk.vocab)) {
      const logits = parts.logits(rows, count);
      const b = weightRows(weight, first, count);
      parts.matmul({ layout: "NT", a: cut(hidden), b, out: logits, scale });
      parts.gradient(logits, first, known);
      parts.matmul({ layout: "NN", a: logits, b, out: cut(gradHidden), scale, accumulate: first > 0 });
      if (!gradWeight) continue;
      const out = gradWeight.slice(first, count);
      parts.matmul({ layout: "TN", a: logits, b: cut(hidden), out, scale, accumulate: true });
    }
  }
}

/** 0 … total in pieces of `size`, the last one shorter: [start, count]. */
function* cuts(total: number, size: number): Generator<[number, number]> {
  if (size % 64 !== 0 && size < total) throw new Error(`chunks of ${size}: must be a multiple of 64`);
  for (let start = 0; start < total; start += size) yield [start, Math.min(size, total - start)];
}
