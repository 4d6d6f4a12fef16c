import type { Backend, Indices, Numbers } from "../compute/backend";
import type { Tensor } from "../kernels/tensor";

/**
 * Named tensors that live from batch to batch and grow when a batch is larger than any before: the activations of a
 * pass need no allocation after the first few. Contents are undefined between passes.
 */
export class Workspace {
  private readonly backend: Backend;
  private readonly tensors = new Map<string, Tensor>();

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** The tensor of that name with `rows` × `cols` numbers, its contents undefined. */
  tensor(name: string, rows: number, cols: number, dtype: "f32" | "u32" = "f32"): Tensor {
    const known = this.tensors.get(name);
    if (known && known.rows * known.cols >= rows * cols && known.dtype === dtype)
      return known.view(0, rows, cols);
    if (known) this.backend.free(known);
    // A quarter more than asked, so that slowly growing batches do not allocate every time.
    const tensor = this.backend.tensor(Math.ceil(rows * 1.25), cols, dtype);
    this.tensors.set(name, tensor);
    return tensor.view(0, rows, cols);
  }

  /** A tensor of that name holding `data` in rows of `cols`. */
  filled(name: string, data: Numbers | Indices, cols = 1): Tensor {
    const dtype = data instanceof Uint32Array ? "u32" : "f32";
    const tensor = this.tensor(name, data.length / cols, cols, dtype);
    if (data.length > 0) this.backend.write(tensor, data);
    return tensor;
  }

  /** A tensor of that name, all zeros. */
  zeros(name: string, rows: number, cols: number): Tensor {
    const tensor = this.tensor(name, rows, cols);
    this.backend.clear(tensor);
    return tensor;
  }

  destroy(): void {
    for (const tensor of this.tensors.values()) this.backend.free(tensor);
    this.tensors.clear();
  }
}
