import type { Backend } from "../../compute/backend";
import type { Tensor, Weight } from "../../kernels/tensor";
import type { LlamaConfig } from "../gguf/llama_config";
import type { PackedBatch } from "../group_tree";
import type { Workspace } from "../workspace";

/** The rows that one pass runs over, on the device. */
export interface DeviceRows {
  /** Number of rows. */
  readonly count: number;
  /** [T, 1], u32. */
  readonly tokens: Tensor;
  readonly positions: Tensor;
  /** [T, 4], u32. */
  readonly ranges: Tensor;
}

/** Keys and values of earlier rows, for decoding: new rows are placed at `slots`, and ranges count cache rows. */
export interface CacheSlots {
  /** Per layer [S, kvHeads · headDim]: floats, or eight-bit integers that take a quarter of their memory. */
  readonly keys: readonly Weight[];
  readonly values: readonly Weight[];
  /** Every row's number, [S, 1], where they are integers: all are turned into floats, layer by layer. */
  readonly all?: Tensor;
  /** [T, 1], u32. */
  readonly slots: Tensor;
}

/** A model's device and constants: what does not change from pass to pass. */
export interface ModelContext {
  readonly backend: Backend;
  readonly workspace: Workspace;
  readonly config: LlamaConfig;
  /** [contextLength, headDim] */
  readonly rope: Tensor;
}

/** What a module needs to run forward, or backward after a forward pass over the same rows. */
export interface Pass extends ModelContext {
  readonly rows: DeviceRows;
  /** Only in decoding. */
  readonly cache?: CacheSlots;
  /** Only for the backward pass. */
  readonly queryEnds?: Tensor;
}

/** Uploads the rows of a packed batch. */
export function deviceRows(workspace: Workspace, batch: PackedBatch): DeviceRows {
  return {
    count: batch.tokens.length,
    tokens: workspace.filled("tokens", batch.tokens),
    positions: workspace.filled("positions", batch.positions),
    ranges: workspace.filled("ranges", batch.ranges, 4),
  };
}
