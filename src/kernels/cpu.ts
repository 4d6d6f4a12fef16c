/**
 * The memory and the WebAssembly kernels of the cpu backend. All tensors live in one linear memory, so that the
 * SIMD kernels and the TypeScript ones work on the same numbers without a copy.
 */
import { HerlError } from "../errors";
import type { SimdKernels } from "./simd/kernels";
import { simdModule } from "./simd/simd.generated";
import { KernelThreads, type ThreadStarter } from "./threads";
import type { Tensor } from "./tensor";

const pageBytes = 65536;
const alignment = 64;

/** A matrix in the cpu backend's memory. */
export class CpuTensor implements Tensor {
  readonly context: CpuContext;
  /** Byte offset in linear memory. */
  readonly pointer: number;
  readonly rows: number;
  readonly cols: number;
  readonly dtype: "f32" | "u32";

  constructor(context: CpuContext, pointer: number, rows: number, cols: number, dtype: "f32" | "u32") {
    this.context = context;
    this.pointer = pointer;
    this.rows = rows;
    this.cols = cols;
    this.dtype = dtype;
  }

  /** The numbers themselves. The view dies when memory grows: take it anew in every kernel, never keep it. */
  get f32(): Float32Array<ArrayBuffer> {
    return new Float32Array(this.context.buffer, this.pointer, this.rows * this.cols);
  }

  get u32(): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.context.buffer, this.pointer, this.rows * this.cols);
  }

  slice(start: number, rows: number): CpuTensor {
    return this.view(start * this.cols, rows, this.cols);
  }

  view(start: number, rows: number, cols: number): CpuTensor {
    return new CpuTensor(this.context, this.pointer + start * 4, rows, cols, this.dtype);
  }
}

/** Linear memory with an allocator of power-of-two blocks, and the SIMD kernels that work in it. */
export class CpuContext {
  readonly memory: WebAssembly.Memory;
  readonly simd: SimdKernels;
  /** Where kernels that are cut into parts run. */
  threads!: KernelThreads;
  private end: number;
  private readonly freeBlocks = new Map<number, number[]>();
  private readonly blockBytes = new Map<number, number>();
  private readonly scratchTensors = new Map<string, CpuTensor>();
  private scratchPointer = 0;
  private scratchBytes = 0;

  private constructor(memory: WebAssembly.Memory, simd: SimdKernels) {
    this.memory = memory;
    this.simd = simd;
    this.end = simd.heapStart();
  }

  /** With `starter` on several threads, which share the memory: only where SharedArrayBuffer is to be had. */
  static async create(starter?: ThreadStarter): Promise<CpuContext> {
    const shared = starter !== undefined;
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared });
    const source = shared ? (await import("./simd/shared.generated")).sharedSimdModule : simdModule;
    const module = await WebAssembly.compile(
      Uint8Array.from(atob(source), (character) => character.charCodeAt(0)),
    );
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    const context = new CpuContext(memory, exports as unknown as SimdKernels);
    const allocate = (bytes: number) => context.tensor(Math.ceil(bytes / 4), 1).pointer;
    context.threads = await KernelThreads.start(context.simd, { memory, module, allocate, starter });
    return context;
  }

  /** What tensors are views of. Typed as if nobody shared it: all that views are used for is the same. */
  get buffer(): ArrayBuffer {
    return this.memory.buffer;
  }

  /** A tensor of zeros. Throws OUT_OF_MEMORY when the 4 GiB of WebAssembly, or what the machine gives, are used up. */
  tensor(rows: number, cols: number, dtype: "f32" | "u32" = "f32"): CpuTensor {
    const tensor = new CpuTensor(this, this.allocate(rows * cols * 4), rows, cols, dtype);
    tensor.u32.fill(0);
    return tensor;
  }

  free(tensor: CpuTensor): void {
    this.release(tensor.pointer);
  }

  /** Bytes for the duration of one kernel; the next kernel gets the same ones. */
  scratch(bytes: number): number {
    if (bytes > this.scratchBytes) {
      if (this.scratchPointer) this.release(this.scratchPointer);
      this.scratchPointer = this.allocate(bytes);
      this.scratchBytes = this.blockBytes.get(this.scratchPointer)!;
    }
    return this.scratchPointer;
  }

  /** A tensor for the inside of one kernel: the same memory for the same name, its contents undefined. */
  scratchTensor(name: string, rows: number, cols: number): CpuTensor {
    const known = this.scratchTensors.get(name);
    if (known && known.rows * known.cols >= rows * cols) return known.view(0, rows, cols);
    if (known) this.free(known);
    const tensor = this.tensor(rows, cols);
    this.scratchTensors.set(name, tensor);
    return tensor;
  }

  /** Bytes of linear memory handed out or kept for reuse. */
  get bytes(): number {
    return this.end;
  }

  private allocate(bytes: number): number {
    const size = blockSize(bytes);
    const pointer = this.freeBlocks.get(size)?.pop() ?? this.extend(size);
    this.blockBytes.set(pointer, size);
    return pointer;
  }

  private release(pointer: number): void {
    const size = this.blockBytes.get(pointer);
    if (size === undefined) throw new Error(`no block starts at ${pointer}: freed twice?`);
    this.blockBytes.delete(pointer);
    const list = this.freeBlocks.get(size);
    if (list) list.push(pointer);
    else this.freeBlocks.set(size, [pointer]);
  }

  private extend(size: number): number {
    const pointer = Math.ceil(this.end / alignment) * alignment;
    const missing = pointer + size - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.grow(Math.ceil(missing / pageBytes));
      } catch (cause) {
        throw new HerlError(
          "OUT_OF_MEMORY",
          `The cpu backend needs ${Math.ceil(missing / 1048576)} MiB more than WebAssembly gives`,
          "Use a smaller model, fewer responses or a shorter context",
          { cause },
        );
      }
    }
    this.end = pointer + size;
    return pointer;
  }

  /**
   * By a quarter at least, where that can be had: pages that nobody touches cost nothing, and every growth makes engines
   * look for garbage, which takes longer than the growth.
   */
  private grow(pages: number): void {
    const some = Math.ceil(this.memory.buffer.byteLength / pageBytes / 4);
    if (some > pages) {
      try {
        this.memory.grow(some);
        return;
      } catch {
        // Near the end of what there is: only what is needed.
      }
    }
    this.memory.grow(pages);
  }
}

/** Blocks come in sizes of 2^n and 1.5 · 2^n, so that freed ones fit again and little is wasted. */
function blockSize(bytes: number): number {
  let size = alignment;
  while (size < bytes) {
    if (size * 1.5 >= bytes && size >= 128) return size * 1.5;
    size *= 2;
  }
  return size;
}
