import { HerlError } from "../errors";
import * as adamw from "../kernels/adamw/webgpu";
import * as attention from "../kernels/attention/webgpu";
import * as bias from "../kernels/bias/webgpu";
import * as embedding from "../kernels/embedding/webgpu";
import { GpuContext, wantedFeatures, type GpuTensor } from "../kernels/gpu";
import * as lmHead from "../kernels/lm_head/webgpu";
import * as lora from "../kernels/lora/webgpu";
import * as matmul from "../kernels/matmul/webgpu";
import * as quantizeRows from "../kernels/quantize_rows/webgpu";
import * as rmsnorm from "../kernels/rmsnorm/webgpu";
import * as rope from "../kernels/rope/webgpu";
import * as sampling from "../kernels/sampling/webgpu";
import * as swiglu from "../kernels/swiglu/webgpu";
import * as truncation from "../kernels/truncation/webgpu";
import type { AdapterDescription, Backend, Indices, Kernels, MatmulTile, Numbers } from "./backend";

/** WGSL on a GPU, or on a software adapter. The same device and tile give the same numbers. */
export class WebgpuBackend implements Backend {
  readonly name = "webgpu";
  readonly kernels: Kernels = {
    matmul: matmul.matmul,
    ...lora,
    ...embedding,
    ...quantizeRows,
    ...rmsnorm,
    ...bias,
    ...rope,
    ...attention,
    ...swiglu,
    lmHead: lmHead.lmHead,
    lmHeadBackward: lmHead.lmHeadBackward,
    ...truncation,
    ...sampling,
    ...adamw,
  };
  /** For the start-up probe, which sets the tile, and for tests that lose the device on purpose. */
  readonly context: GpuContext;
  private readonly info: GPUAdapterInfo;

  private constructor(context: GpuContext, info: GPUAdapterInfo) {
    this.context = context;
    this.info = info;
  }

  /** Opens the machine's preferred adapter. Throws NO_ADAPTER when there is none. */
  static async create(gpu: GPU | undefined): Promise<WebgpuBackend> {
    const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) {
      throw new HerlError(
        "NO_ADAPTER",
        gpu ? "WebGPU is there, but it offers no adapter" : "This browser has no WebGPU",
        "Choose the cpu backend, or a browser with WebGPU switched on",
      );
    }
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    const device = await adapter.requestDevice({
      requiredFeatures: wantedFeatures(adapter),
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
    });
    const backend = new WebgpuBackend(new GpuContext(device), adapter.info);
    backend.setMatmulTile(backend.tiles.at(-1)!);
    return backend;
  }

  /** Tiles of matrix products that may be fastest here, for the start-up probe. */
  get tiles(): readonly MatmulTile[] {
    const runsFour = this.info.subgroupMaxSize === 4 && this.context.device.features.has("subgroups");
    return runsFour ? ["tile8x8", "tile16x8"] : ["tile4x4", "tile8x8"];
  }

  get adapter(): AdapterDescription {
    const { vendor, architecture, description, isFallbackAdapter } = this.info;
    const words = [vendor, architecture, description].filter(
      (word, i, all) => word && all.indexOf(word) === i,
    );
    return {
      backend: "webgpu",
      label: words.join(" ") || "unnamed adapter",
      matmulTile: this.context.matmulTile,
      software: isFallbackAdapter || architecture === "swiftshader",
    };
  }

  tensor(rows: number, cols: number, dtype: "f32" | "u32" = "f32"): GpuTensor {
    return this.context.tensor(rows, cols, dtype);
  }

  free(tensor: GpuTensor): void {
    this.context.free(tensor);
  }

  write(tensor: GpuTensor, data: Numbers | Indices): void {
    this.context.write(tensor, data);
  }

  copy(source: GpuTensor, target: GpuTensor, targetRow = 0): void {
    this.context.copy(source, target, targetRow);
  }

  clear(tensor: GpuTensor): void {
    this.context.clear(tensor);
  }

  async read(tensor: GpuTensor): Promise<Numbers> {
    return new Float32Array(await this.context.read(tensor));
  }

  async readIndices(tensor: GpuTensor): Promise<Indices> {
    return new Uint32Array(await this.context.read(tensor));
  }

  /** A tile that this device cannot run, from a run recorded on another one, becomes the largest that it can. */
  setMatmulTile(tile: MatmulTile): void {
    this.context.matmulTile = this.tiles.includes(tile) ? tile : this.tiles.at(-1)!;
  }

  destroy(): void {
    this.context.destroy();
  }
}
