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
  for (const [row, rows] of cuts(options.hidden.rows, options.chunk.rows)) {
    const cut = (tensor: T) => tensor.slice(row, rows);
    for (const { logits, first } of blocks(parts, options, cut(options.hidden)))
      parts.statistics(logits, first, cut(options.targets));
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
  const { weight, chunk, gradHidden, gradWeight } = options;
  const scale = 1 / options.temperature;
  for (const [row, rows] of cuts(options.hidden.rows, chunk.rows)) {
    const cut = (tensor: T) => tensor.slice(row, rows);
    const hidden = cut(options.hidden);
    const known = {
      targets: cut(options.targets),
      logSumExp: cut(options.logSumExp),
      coefficients: cut(options.coefficients),
      statistics: cut(options.statistics),
      unsampledMass: chunk.vocab < weight.rows ? cut(options.unsampledMass) : null,
    };
    for (const { logits, first, b } of blocks(parts, options, hidden)) {
      parts.gradient(logits, first, known);
      parts.matmul({ layout: "NN", a: logits, b, out: cut(gradHidden), scale, accumulate: first > 0 });
      if (!gradWeight) continue;
      const out = gradWeight.slice(first, b.rows);
      parts.matmul({ layout: "TN", a: logits, b: hidden, out, scale, accumulate: true });
    }
  }
}

/** The logits of some rows, block by block of the vocabulary: each is used up before the next one is computed. */
function* blocks<T extends Sliceable<T>>(
  parts: LmHeadParts<T>,
  { weight, temperature, chunk }: Pick<LmHeadOptions<T>, "weight" | "temperature" | "chunk">,
  hidden: T,
) {
  for (const [first, count] of cuts(weight.rows, chunk.vocab)) {
    const b = weightRows(weight, first, count);
    const logits = parts.logits(hidden.rows, count);
    parts.matmul({ layout: "NT", a: hidden, b, out: logits, scale: 1 / temperature });
    yield { logits, first, b };
  }
}

/** 0 … total in pieces of `size`, the last one shorter: [start, count]. */
function* cuts(total: number, size: number): Generator<[number, number]> {
  if (size % 64 !== 0 && size < total) throw new Error(`chunks of ${size}: must be a multiple of 64`);
  for (let start = 0; start < total; start += size) yield [start, Math.min(size, total - start)];
}
