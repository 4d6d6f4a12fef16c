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
