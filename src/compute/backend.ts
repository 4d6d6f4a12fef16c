import type { AdamwOptions, SquaresOptions } from "../kernels/adamw/adamw";
import type { AttentionBackwardOptions, AttentionOptions } from "../kernels/attention/attention";
import type { BiasBackwardOptions, BiasOptions } from "../kernels/bias/bias";
import type { GatherOptions, ScatterAddOptions, ScatterOptions } from "../kernels/embedding/embedding";
import type { LmHeadBackwardOptions, LmHeadOptions } from "../kernels/lm_head/lm_head";
import type { LoraBackwardOptions, LoraOptions } from "../kernels/lora/lora";
import type { MatmulOptions } from "../kernels/matmul/matmul";
import type { QuantizeRowsOptions } from "../kernels/quantize_rows/quantize_rows";
import type { RmsnormBackwardOptions, RmsnormOptions } from "../kernels/rmsnorm/rmsnorm";
import type { RopeOptions } from "../kernels/rope/rope";
import type { SamplingOptions } from "../kernels/sampling/sampling";
import type { SwigluBackwardOptions, SwigluOptions } from "../kernels/swiglu/swiglu";
import type { Tensor } from "../kernels/tensor";
import type { TruncationOptions } from "../kernels/truncation/truncation";

export type BackendName = "cpu" | "webgpu";

export type Numbers = Float32Array<ArrayBuffer>;
export type Indices = Uint32Array<ArrayBuffer>;

/** Results per thread of a matrix product on webgpu: 4 × 4 suits GPUs, 8 × 8 software adapters. */
export type MatmulTile = "tile4x4" | "tile8x8" | "tile16x8";

/** What a manifest records of the machine: enough to say on what a digest on webgpu can be expected again. */
export interface AdapterDescription {
  readonly backend: BackendName;
  /** For people: "WebAssembly SIMD" or the adapter's own words. */
  readonly label: string;
  /** Part of what makes webgpu numbers reproducible. */
  readonly matmulTile?: MatmulTile;
  readonly software?: boolean;
}

/** The operations of a transformer. Each is explained in `kernels/NAME/NAME.ts`. They record or run, never wait. */
export interface Kernels {
  matmul(options: MatmulOptions): void;
  lora(options: LoraOptions): void;
  loraBackward(options: LoraBackwardOptions): void;
  gather(options: GatherOptions): void;
  scatter(options: ScatterOptions): void;
  scatterAdd(options: ScatterAddOptions): void;
  quantizeRows(options: QuantizeRowsOptions): void;
  rmsnorm(options: RmsnormOptions): void;
  rmsnormBackward(options: RmsnormBackwardOptions): void;
  bias(options: BiasOptions): void;
  biasBackward(options: BiasBackwardOptions): void;
  rope(options: RopeOptions): void;
  attention(options: AttentionOptions): void;
  attentionBackward(options: AttentionBackwardOptions): void;
  swiglu(options: SwigluOptions): void;
  swigluBackward(options: SwigluBackwardOptions): void;
  lmHead(options: LmHeadOptions): void;
  lmHeadBackward(options: LmHeadBackwardOptions): void;
  truncate(options: TruncationOptions): void;
  sample(options: SamplingOptions): void;
  adamw(options: AdamwOptions): void;
  squares(options: SquaresOptions): void;
}

/**
 * A device: its memory and its kernels. Everything but `read` returns at once; on webgpu it is recorded and runs in
 * order. Any call may throw DEVICE_LOST or OUT_OF_MEMORY.
 */
export interface Backend {
  readonly name: BackendName;
  readonly adapter: AdapterDescription;
  readonly kernels: Kernels;
  /** Takes the tile of a recorded run, so that its numbers come out again. Nothing happens on cpu. */
  setMatmulTile(tile: MatmulTile): void;
  /** A tensor of zeros. */
  tensor(rows: number, cols: number, dtype?: "f32" | "u32"): Tensor;
  free(tensor: Tensor): void;
  /** Overwrites the tensor's first numbers. */
  write(tensor: Tensor, data: Numbers | Indices): void;
  /** Copies `source` over the rows of `target` from `targetRow` on. */
  copy(source: Tensor, target: Tensor, targetRow?: number): void;
  clear(tensor: Tensor): void;
  /** The tensor's numbers, after everything asked before. */
  read(tensor: Tensor): Promise<Numbers>;
  readIndices(tensor: Tensor): Promise<Indices>;
  /** Releases the device. Nothing may be called afterwards. */
  destroy(): void;
}
