import * as adamw from "../kernels/adamw/cpu";
import * as attention from "../kernels/attention/cpu";
import * as bias from "../kernels/bias/cpu";
import { CpuContext, type CpuTensor } from "../kernels/cpu";
import * as embedding from "../kernels/embedding/cpu";
import * as lmHead from "../kernels/lm_head/cpu";
import * as lora from "../kernels/lora/cpu";
import * as matmul from "../kernels/matmul/cpu";
import * as quantizeRows from "../kernels/quantize_rows/cpu";
import * as rmsnorm from "../kernels/rmsnorm/cpu";
import * as rope from "../kernels/rope/cpu";
import * as sampling from "../kernels/sampling/cpu";
import * as swiglu from "../kernels/swiglu/cpu";
import * as truncation from "../kernels/truncation/cpu";
import type { ThreadStarter } from "../kernels/threads";
import type { AdapterDescription, Backend, Indices, Kernels, Numbers } from "./backend";

/**
 * TypeScript and WebAssembly SIMD. Bit-deterministic: the same run gives the same digest on every machine, in every
 * engine, and on any number of threads.
 */
export class CpuBackend implements Backend {
  readonly name = "cpu";
  readonly adapter: AdapterDescription;
  readonly kernels: Kernels = {
    ...matmul,
    ...lora,
    ...embedding,
    ...quantizeRows,
    ...rmsnorm,
    ...bias,
    ...rope,
    ...attention,
    ...swiglu,
    ...lmHead,
    ...truncation,
    ...sampling,
    ...adamw,
  };
  private readonly context: CpuContext;

  private constructor(context: CpuContext) {
    this.context = context;
    const { count } = context.threads;
    const threads = count === 1 ? "one thread" : `${count} threads`;
    this.adapter = { backend: "cpu", label: `WebAssembly SIMD, ${threads}` };
  }

  /** Bytes of memory that are in use, or kept to be used again. */
  get bytes(): number {
    return this.context.bytes;
  }

  /** On one thread, or with helpers: the same digits, sooner. */
  static async create(starter?: ThreadStarter): Promise<CpuBackend> {
    return new CpuBackend(await CpuContext.create(starter));
  }

  tensor(rows: number, cols: number, dtype: "f32" | "u32" = "f32"): CpuTensor {
    return this.context.tensor(rows, cols, dtype);
  }

  free(tensor: CpuTensor): void {
    this.context.free(tensor);
  }

  write(tensor: CpuTensor, data: Numbers | Indices): void {
    tensor[tensor.dtype].set(data);
  }

  copy(source: CpuTensor, target: CpuTensor, targetRow = 0): void {
    target.u32.set(source.u32, targetRow * target.cols);
  }

  clear(tensor: CpuTensor): void {
    tensor.u32.fill(0);
  }

  read(tensor: CpuTensor): Promise<Numbers> {
    return Promise.resolve(tensor.f32.slice());
  }

  readIndices(tensor: CpuTensor): Promise<Indices> {
    return Promise.resolve(tensor.u32.slice());
  }

  setMatmulTile(): void {}

  destroy(): void {
    this.context.threads.terminate();
  }
}
