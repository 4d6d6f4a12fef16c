import type { BackendName } from "./backend";

/** Sizes of batches that suit a backend. They shape the order of sums, so a run's manifest records them. */
export interface BatchShape {
  /** Input rows per training batch: what a cpu's cache holds; what keeps a GPU busy. */
  readonly maxRows: number;
  /** Sequences decoded together. */
  readonly maxSequences: number;
  /** Decoding steps between two readbacks. */
  readonly stepsPerRead: number;
}

export const batchShapes: Readonly<Record<BackendName, BatchShape>> = {
  cpu: { maxRows: 512, maxSequences: 128, stepsPerRead: 1 },
  webgpu: { maxRows: 4096, maxSequences: 256, stepsPerRead: 8 },
};

/**
 * Models up to this size as floats are kept as floats on the device: the same values, without dequantizing in every
 * product. The cpu dequantizes a panel once per product, so it gains nothing.
 */
export const floatWeightBytes: Readonly<Record<BackendName, number>> = { cpu: 0, webgpu: 64 << 20 };
