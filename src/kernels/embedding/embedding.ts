import type { Tensor, Weight } from "../tensor";

/** Row lookup: out[i] = table[rows[i]]. Token embedding, and the gathering of the hidden rows of a head. */
export interface GatherOptions<T extends Tensor = Tensor> {
  /** [V, D]; quantized tables are dequantized on the way. */
  readonly table: Weight<T>;
  /** [T, 1], u32, each below V. */
  readonly rows: T;
  /** [T, D] */
  readonly out: T;
}

/** Row placement: out[rows[i]] = x[i], rows distinct. How new keys and values enter the cache. */
export interface ScatterOptions<T extends Tensor = Tensor> {
  readonly x: T;
  readonly rows: T;
  readonly out: T;
}

/**
 * The gradient of a lookup: out[targets[j]] += Σ x[order[i]] over starts[j] ≤ i < starts[j + 1]. Sorting the
 * lookups by row on the host (`groupRows`) gives every row one adder: no atomics, and one order of summation.
 */
export interface ScatterAddOptions<T extends Tensor = Tensor> {
  /** [T, D] */
  readonly x: T;
  /** [R, 1], u32, distinct rows of `out`. */
  readonly targets: T;
  /** [R + 1, 1], u32. */
  readonly starts: T;
  /** [T, 1], u32. */
  readonly order: T;
  /** Added to. */
  readonly out: T;
}

export interface RowGroups {
  readonly targets: Uint32Array<ArrayBuffer>;
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly order: Uint32Array<ArrayBuffer>;
}

/** Sorts lookups by the row they look up, keeping their order within a row. */
export function groupRows(rows: ArrayLike<number>): RowGroups {
  const order = Uint32Array.from({ length: rows.length }, (_, i) => i).sort(
    (i, j) => rows[i] - rows[j] || i - j,
  );
  const targets: number[] = [];
  const starts: number[] = [];
  for (const [i, lookup] of order.entries()) {
    if (i > 0 && rows[lookup] === rows[order[i - 1]]) continue;
    targets.push(rows[lookup]);
    starts.push(i);
  }
  starts.push(rows.length);
  return { targets: Uint32Array.from(targets), starts: Uint32Array.from(starts), order };
}
