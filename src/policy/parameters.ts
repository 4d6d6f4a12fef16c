import type { Backend, Numbers } from "../compute/backend";
import type { Tensor } from "../kernels/tensor";

/** A trainable matrix: where it lies in the flat pools. */
export interface ParameterEntry {
  /** Its name in Hugging Face checkpoints, for instance "model.layers.0.self_attn.q_proj.weight". */
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly start: number;
}

/** A trainable matrix in device memory, with its gradient. */
export interface Parameter {
  readonly value: Tensor;
  readonly gradient: Tensor;
}

/** Views start at multiples of 64 numbers, as webgpu bindings must; the gaps stay zero. */
const alignment = 64;

/** Where each matrix lies in a flat pool, and the pool's length. */
export function parameterLayout(shapes: Iterable<Omit<ParameterEntry, "start">>): {
  readonly entries: readonly ParameterEntry[];
  readonly length: number;
} {
  const entries: ParameterEntry[] = [];
  let length = 0;
  for (const { name, rows, cols } of shapes) {
    entries.push({ name, rows, cols, start: length });
    length += Math.ceil((rows * cols) / alignment) * alignment;
  }
  return { entries, length };
}

/** Cuts a flat pool into its matrices, by name. */
export const splitPool = (entries: readonly ParameterEntry[], flat: Numbers): Map<string, Numbers> =>
  new Map(entries.map(({ name, rows, cols, start }) => [name, flat.slice(start, start + rows * cols)]));

/**
 * All trainable numbers in four flat tensors (parameters, gradients, and the two moments of AdamW), so that the
 * optimiser, norms, snapshots and copies are one operation each, however many matrices there are.
 */
export class Parameters {
  readonly backend: Backend;
  readonly entries: readonly ParameterEntry[];
  readonly values: Tensor;
  readonly gradients: Tensor;
  readonly firstMoments: Tensor;
  readonly secondMoments: Tensor;
  /** Numbers that are trained. */
  readonly count: number;

  constructor(backend: Backend, shapes: Iterable<Omit<ParameterEntry, "start">>) {
    this.backend = backend;
    const { entries, length } = parameterLayout(shapes);
    this.entries = entries;
    this.count = entries.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
    const pool = () => backend.tensor(length / alignment, alignment);
    this.values = pool();
    this.gradients = pool();
    this.firstMoments = pool();
    this.secondMoments = pool();
  }

  /** The matrix of that name. Throws when there is none (a bug in the caller). */
  get(name: string): Parameter {
    const entry = this.entries.find((e) => e.name === name);
    if (!entry) throw new Error(`no parameter is called ${name}`);
    const { start, rows, cols } = entry;
    return { value: this.values.view(start, rows, cols), gradient: this.gradients.view(start, rows, cols) };
  }

  /** Overwrites all values; `matrices` has every name. */
  write(matrices: ReadonlyMap<string, Numbers>): void {
    const flat = new Float32Array(this.values.rows * this.values.cols);
    for (const { name, rows, cols, start } of this.entries) {
      const data = matrices.get(name);
      if (data?.length !== rows * cols)
        throw new Error(`${name}: ${data?.length} numbers for ${rows} × ${cols}`);
      flat.set(data, start);
    }
    this.backend.write(this.values, flat);
  }

  /** The matrices of one pool (values by default), by name. */
  async read(pool: Tensor = this.values): Promise<Map<string, Numbers>> {
    return splitPool(this.entries, await this.backend.read(pool));
  }
}
