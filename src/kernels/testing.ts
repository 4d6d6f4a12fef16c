/** Both backends side by side, for kernel tests. A missing adapter fails: a GPU suite must never pass by skipping. */
import { expect } from "vitest";
import { CpuContext, type CpuTensor } from "./cpu";
import { GpuContext, wantedFeatures, type GpuTensor } from "./gpu";
import { RandomStream } from "./random/random";
import type { QuantizedData, QuantizedMatrix } from "./tensor";

export type Numbers = Float32Array<ArrayBuffer>;

/** Normally distributed numbers, the same ones for the same label. */
export function randomNumbers(length: number, ...label: (string | number)[]): Numbers {
  const stream = RandomStream.of(1, "test", ...label);
  return Float32Array.from({ length }, () => stream.normal());
}

/**
 * One backend as a test sees it: its kernels, and tensors in its memory. The types are those of the cpu's kernels
 * on both sides, so that a test is written once; `webgpu` kernels get GPU tensors behind them.
 */
export interface Side<Kernels> {
  readonly kernels: Kernels;
  /** A tensor of zeros, or of the given numbers. */
  tensor(rows: number, cols: number, data?: Numbers): CpuTensor;
  /** A column of u32, or rows of `cols`. */
  indices(data: readonly number[], cols?: number): CpuTensor;
  weight(data: QuantizedData): QuantizedMatrix<CpuTensor>;
  read(tensor: CpuTensor): Promise<Numbers>;
  readIndices(tensor: CpuTensor): Promise<number[]>;
  /** The GPU's context; null on the cpu side. */
  readonly gpu: GpuContext | null;
}

export const sideNames = ["cpu", "webgpu"] as const;

/** Opens one backend with its version of a kernel module. Fails, never skips, when there is no adapter. */
export async function openSide<Kernels>(
  name: (typeof sideNames)[number],
  cpuKernels: Kernels,
  gpuKernels: Record<keyof Kernels, unknown>,
): Promise<Side<Kernels>> {
  return name === "cpu"
    ? sideOf(await CpuContext.create(), null, cpuKernels)
    : sideOf(null, await openGpu(), gpuKernels as unknown as Kernels);
}

async function openGpu(): Promise<GpuContext> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error("no WebGPU adapter: start Chromium with --enable-unsafe-webgpu");
  return new GpuContext(await adapter.requestDevice({ requiredFeatures: wantedFeatures(adapter) }));
}

function sideOf<Kernels>(cpu: CpuContext | null, gpu: GpuContext | null, kernels: Kernels): Side<Kernels> {
  function make(rows: number, cols: number, data?: Numbers | Uint32Array<ArrayBuffer>): CpuTensor {
    const dtype = data instanceof Uint32Array ? "u32" : "f32";
    if (gpu) {
      const tensor = gpu.tensor(rows, cols, dtype);
      if (data) gpu.write(tensor, data);
      return tensor as unknown as CpuTensor;
    }
    const tensor = cpu!.tensor(rows, cols, dtype);
    if (data) tensor[dtype].set(data);
    return tensor;
  }
  const read = async (tensor: CpuTensor) =>
    gpu ? await gpu.read(tensor as unknown as GpuTensor) : tensor.f32.slice().buffer;
  return {
    kernels,
    gpu,
    tensor: make,
    indices: (data, cols = 1) => make(data.length / cols, cols, Uint32Array.from(data)),
    weight: (data) => ({
      ...data,
      words: make(1, data.words.length, data.words),
      scales: make(1, data.scales.length, data.scales),
      offsets: data.offsets && make(1, data.offsets.length, data.offsets),
    }),
    read: async (tensor) => new Float32Array(await read(tensor)),
    readIndices: async (tensor) => [...new Uint32Array(await read(tensor))],
  };
}

/** A random matrix in the quantized layout. */
export function randomQuantized(
  rows: number,
  cols: number,
  { bits, zero, group, offsets }: Pick<QuantizedData, "bits" | "zero" | "group"> & { offsets: boolean },
): QuantizedData {
  const stream = RandomStream.of(2, "quantized", rows, cols, bits, group);
  const groups = (rows * cols) / group;
  return {
    ...{ rows, cols, bits, zero, group },
    words: Uint32Array.from({ length: (rows * cols * bits) / 32 }, () => stream.word()),
    scales: Float32Array.from({ length: groups }, () => stream.normal() / (bits === 8 ? 128 : 8)),
    offsets: offsets ? Float32Array.from({ length: groups }, () => stream.normal()) : null,
  };
}

/** Asserts |actual − expected| ≤ tolerance · (largest |expected| + 1e-6) everywhere. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let largest = 1e-6;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]));
  let worst = 0;
  let where = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]) / largest;
    if (!(error <= worst)) [worst, where] = [error, i];
  }
  if (!(worst <= tolerance)) {
    expect.fail(
      `element ${where}: ${actual[where]}, expected ${expected[where]} (error ${worst} of the largest)`,
    );
  }
}

/** Central differences of a function of many numbers, in double precision. */
export function finiteDifferences(
  f: (x: Float64Array) => number,
  at: ArrayLike<number>,
  step = 1e-5,
): Float64Array {
  const x = Float64Array.from(at);
  return x.map((value, i) => {
    x[i] = value + step;
    const up = f(x);
    x[i] = value - step;
    const down = f(x);
    x[i] = value;
    return (up - down) / (2 * step);
  });
}
