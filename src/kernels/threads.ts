/**
 * Helpers of the cpu backend: threads that run the same WebAssembly kernels in the same memory. A kernel is cut into parts
 * whose results do not meet (columns of a product, rows of a softmax, heads of an attention), so every sum keeps its order
 * and every digit stays, however many threads there are.
 */
import type { SimdKernels } from "./simd/kernels";

/** Kernels that are cut into parts, by their number. */
const kernelNames = [
  ...["matmul", "attention", "attentionBackward", "swiglu", "swigluBackward"],
  ...["logitStatistics", "logitGradient", "sampleLogits"],
] as (keyof SimdKernels)[];

/** What a helper is started with; it passes between threads as it is. */
export interface ThreadStart {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** Where its words lie in the memory. */
  readonly control: number;
}

/** Starts helpers: threads that call `serveThread`. The promise resolves when the thread is about to wait for work. */
export interface ThreadStarter {
  /** Helpers beside the calling thread. */
  readonly helpers: number;
  start(start: ThreadStart): Promise<{ terminate(): void }>;
}

/** A helper's words: jobs given and jobs done, kernel, number of arguments; then the arguments as doubles. */
const words = { given: 0, done: 1, kernel: 2, count: 3 } as const;
const argumentsAt = 16;
const mostArguments = 30;
export const controlBytes = argumentsAt + 8 * mostArguments;

/** `done` of a helper whose kernel has failed. */
const failed = -1;

class Control {
  readonly words: Int32Array;
  readonly values: Float64Array;

  constructor({ buffer }: WebAssembly.Memory, control: number) {
    this.words = new Int32Array(buffer, control, 4);
    this.values = new Float64Array(buffer, control + argumentsAt, mostArguments);
  }
}

/** Kernels on this thread and its helpers. */
export class KernelThreads {
  private readonly simd: SimdKernels;
  private readonly helpers: readonly { readonly control: Control; terminate(): void }[];

  private constructor(simd: SimdKernels, helpers: KernelThreads["helpers"]) {
    this.simd = simd;
    this.helpers = helpers;
  }

  /** Without a starter there are no helpers. `allocate` gives memory of so many bytes. */
  static async start(
    simd: SimdKernels,
    {
      memory,
      module,
      allocate,
      starter,
    }: Omit<ThreadStart, "control"> & {
      readonly allocate: (bytes: number) => number;
      readonly starter?: ThreadStarter;
    },
  ): Promise<KernelThreads> {
    const helpers = await Promise.all(
      Array.from({ length: starter?.helpers ?? 0 }, async () => {
        const control = allocate(controlBytes);
        const thread = await starter!.start({ memory, module, control });
        return { control: new Control(memory, control), terminate: () => thread.terminate() };
      }),
    );
    return new KernelThreads(simd, helpers);
  }

  /** Threads in all. */
  get count(): number {
    return this.helpers.length + 1;
  }

  /** Runs one part a thread, this one's first, and waits for all. There are no more parts than threads. */
  run(kernel: keyof SimdKernels, parts: readonly (readonly number[])[]): void {
    const number = kernelNames.indexOf(kernel);
    const busy = this.helpers.slice(0, parts.length - 1);
    busy.forEach(({ control }, i) => {
      const values = parts[i + 1];
      control.values.set(values);
      control.words[words.kernel] = number;
      control.words[words.count] = values.length;
      Atomics.add(control.words, words.given, 1);
      Atomics.notify(control.words, words.given);
    });
    (this.simd[kernel] as (...values: readonly number[]) => void)(...parts[0]);
    for (const { control } of busy) {
      const given = Atomics.load(control.words, words.given);
      let done: number;
      // The parts are alike, so the others are about to end: waiting awake is shorter than falling asleep.
      do done = Atomics.load(control.words, words.done);
      while (done !== given && done !== failed);
      if (done === failed) throw new Error(`the kernel ${kernel} failed on a helper thread`);
    }
  }

  terminate(): void {
    for (const helper of this.helpers) helper.terminate();
  }
}

/** Looks so many times whether there is work before it falls asleep. */
const looks = 4000;

/** The loop of a helper: never returns. `onReady` is told before it waits for the first time. */
export function serveThread({ memory, module, control }: ThreadStart, onReady: () => void): void {
  const { words: own, values } = new Control(memory, control);
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as SimdKernels;
  onReady();
  for (let seen = 0; ;) {
    for (let look = 0; look < looks && Atomics.load(own, words.given) === seen; look++);
    Atomics.wait(own, words.given, seen);
    seen = Atomics.load(own, words.given);
    try {
      const kernel = kernels[kernelNames[own[words.kernel]]] as (...values: readonly number[]) => void;
      kernel(...values.subarray(0, own[words.count]));
      Atomics.store(own, words.done, seen);
    } catch {
      Atomics.store(own, words.done, failed);
      return;
    }
  }
}

/** Cuts `count` units into at most `threads` runs of whole `step`s, as even as they can be: [first, last) of each. */
export function cut(count: number, threads: number, step = 1): (readonly [first: number, last: number])[] {
  const steps = Math.ceil(count / step);
  const runs = Math.max(1, Math.min(threads, steps));
  return Array.from({ length: runs }, (_, i) => [
    Math.floor((steps * i) / runs) * step,
    Math.min(count, Math.floor((steps * (i + 1)) / runs) * step),
  ]);
}
