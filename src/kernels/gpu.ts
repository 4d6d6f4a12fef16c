/**
 * What WebGPU kernels share: tensors, a cache of pipelines, and the recording of dispatches. Commands are recorded
 * into one compute pass and submitted in short chunks; nothing here waits for the GPU but `read`.
 */
import { HerlError } from "../errors";
import { GpuProfiler } from "./gpu_profiler";
import type { Tensor } from "./tensor";

/** A matrix in a GPU buffer. Several tensors may share a buffer; offsets are multiples of 256 bytes. */
export class GpuTensor implements Tensor {
  readonly context: GpuContext;
  readonly buffer: GPUBuffer;
  /** In bytes. */
  readonly offset: number;
  readonly rows: number;
  readonly cols: number;
  readonly dtype: "f32" | "u32";

  constructor(
    context: GpuContext,
    buffer: GPUBuffer,
    offset: number,
    rows: number,
    cols: number,
    dtype: "f32" | "u32",
  ) {
    this.context = context;
    this.buffer = buffer;
    this.offset = offset;
    this.rows = rows;
    this.cols = cols;
    this.dtype = dtype;
  }

  get bytes(): number {
    return this.rows * this.cols * 4;
  }

  slice(start: number, rows: number): GpuTensor {
    return this.view(start * this.cols, rows, this.cols);
  }

  view(start: number, rows: number, cols: number): GpuTensor {
    return new GpuTensor(this.context, this.buffer, this.offset + start * 4, rows, cols, this.dtype);
  }
}

/** One entry point of one `.wgsl` file with its sizes baked in. */
export interface KernelSource {
  /** Unique for the file and entry point; with `constants` it names the pipeline. */
  readonly name: string;
  readonly code: string;
  readonly entryPoint: string;
  /** How the entry point uses the storage bindings 0, 1, … of group 0. Parameters are binding 0 of group 1. */
  readonly bindings: readonly ("read" | "write")[];
  /** Values of the `override` constants. */
  readonly constants?: Readonly<Record<string, number>>;
}

/** One number of the uniform block: u32 by default, `{ f32 }` for a float. */
export type Parameter = number | { readonly f32: number };

interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly groups: Map<string, GPUBindGroup>;
}

/** Bytes of one dispatch's parameters in the uniform ring: the alignment that every device allows. */
const slotBytes = 256;
/** Dispatches per submit: short enough that a page's compositor gets its turn, long enough to hide the cost. */
const dispatchesPerSubmit = 128;
const maxGroupsPerPipeline = 512;

export class GpuContext {
  readonly device: GPUDevice;
  /** Results per thread of a matrix product; the start-up probe sets it. */
  matmulTile: "tile4x4" | "tile8x8" | "tile16x8" = "tile8x8";
  private readonly modules = new Map<string, GPUShaderModule>();
  private readonly pipelines = new Map<string, Pipeline>();
  private readonly bufferIds = new WeakMap<GPUBuffer, number>();
  private nextBufferId = 0;
  private readonly scratchTensors = new Map<string, GpuTensor>();
  private readonly uniforms: GPUBuffer;
  private readonly uniformLayout: GPUBindGroupLayout;
  private readonly uniformGroup: GPUBindGroup;
  private readonly parameters = new Uint32Array((slotBytes / 4) * dispatchesPerSubmit);
  private usedSlots = 0;
  /** Buffers that recorded commands use: writing to another one need not wait for them. */
  private readonly pendingBuffers = new Set<GPUBuffer>();
  private profiler: GpuProfiler | null = null;
  private encoder: GPUCommandEncoder | null = null;
  private pass: GPUComputePassEncoder | null = null;
  /** Set when the device is gone or an error was not caught by anyone; every later call then throws it. */
  private failure: HerlError | null = null;

  constructor(device: GPUDevice) {
    this.device = device;
    this.uniforms = device.createBuffer({
      size: slotBytes * dispatchesPerSubmit,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.uniformLayout = device.createBindGroupLayout({
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: 64 },
        },
      ],
    });
    this.uniformGroup = device.createBindGroup({
      layout: this.uniformLayout,
      entries: [{ binding: 0, resource: { buffer: this.uniforms, size: 64 } }],
    });
    void device.lost.then((info) => {
      this.failure = new HerlError(
        "DEVICE_LOST",
        `The GPU device was lost (${info.reason || "unknown"}: ${info.message || "no message"})`,
        "Continue the run: it goes on from its last checkpoint on a new device, or switch to the cpu backend",
      );
    });
    device.addEventListener("uncapturederror", (event) => {
      const outOfMemory = event.error instanceof GPUOutOfMemoryError;
      this.failure ??= outOfMemory
        ? new HerlError("OUT_OF_MEMORY", event.error.message, "Use a smaller model or fewer responses", {
            cause: event.error,
          })
        : new HerlError(
            "DEVICE_LOST",
            `WebGPU refused a command: ${event.error.message}`,
            "Report this as a bug",
          );
    });
  }

  /** A tensor of zeros (WebGPU clears new buffers). */
  tensor(rows: number, cols: number, dtype: "f32" | "u32" = "f32"): GpuTensor {
    this.assertAlive();
    const buffer = this.device.createBuffer({
      size: Math.max(16, Math.ceil((rows * cols * 4) / 16) * 16),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    return new GpuTensor(this, buffer, 0, rows, cols, dtype);
  }

  /**
   * A tensor for the inside of one operation, at least as large as asked: the same one for the same name, its
   * contents undefined.
   */
  scratch(name: string, rows: number, cols: number): GpuTensor {
    const known = this.scratchTensors.get(name);
    if (known && known.buffer.size >= rows * cols * 4) return known.view(0, rows, cols);
    if (known) this.free(known);
    const tensor = this.tensor(rows, cols);
    this.scratchTensors.set(name, tensor);
    return tensor;
  }

  /** Destroys the tensor's buffer once the commands recorded so far are done with it. */
  free(tensor: GpuTensor): void {
    this.submit();
    tensor.buffer.destroy();
  }

  /**
   * Records one dispatch: `tensors` in the order of the kernel's bindings, then the parameters, then the number of
   * workgroups in x and y. A dispatch of zero workgroups is left out.
   */
  dispatch(
    source: KernelSource,
    tensors: readonly GpuTensor[],
    parameters: readonly Parameter[],
    workgroups: readonly [x: number, y?: number],
  ): void {
    this.assertAlive();
    const [x, y = 1] = workgroups;
    if (x === 0 || y === 0) return;
    const pipeline = this.pipelineOf(source);
    if (this.usedSlots === dispatchesPerSubmit) this.submit();
    const slot = this.writeParameters(parameters);
    this.encoder ??= this.device.createCommandEncoder();
    if (this.profiler) {
      this.endPass();
      this.pass = this.profiler.beginPass(this.encoder, source.name);
    }
    this.pass ??= this.encoder.beginComputePass();
    for (const { buffer } of tensors) this.pendingBuffers.add(buffer);
    this.pass.setPipeline(pipeline.pipeline);
    this.pass.setBindGroup(0, this.bindGroup(pipeline, tensors));
    this.pass.setBindGroup(1, this.uniformGroup, [slot * slotBytes]);
    this.pass.dispatchWorkgroups(x, y);
  }

  /** Records a copy of `source` to the start of `target`, or to its row `targetRow`. */
  copy(source: GpuTensor, target: GpuTensor, targetRow = 0): void {
    this.assertAlive();
    this.endPass();
    this.encoder ??= this.device.createCommandEncoder();
    this.pendingBuffers.add(source.buffer).add(target.buffer);
    this.encoder.copyBufferToBuffer(
      ...([
        source.buffer,
        source.offset,
        target.buffer,
        target.offset + targetRow * target.cols * 4,
      ] as const),
      source.bytes,
    );
  }

  /** Records zeros into the whole tensor. */
  clear(tensor: GpuTensor): void {
    this.assertAlive();
    this.endPass();
    this.encoder ??= this.device.createCommandEncoder();
    this.pendingBuffers.add(tensor.buffer);
    this.encoder.clearBuffer(tensor.buffer, tensor.offset, tensor.bytes);
  }

  /** Writes numbers into the tensor, after everything recorded so far. */
  write(tensor: GpuTensor, data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): void {
    this.assertAlive();
    if (this.pendingBuffers.has(tensor.buffer)) this.submit();
    this.device.queue.writeBuffer(tensor.buffer, tensor.offset, data);
  }

  /** Submits what is recorded and resolves with the tensor's numbers. Rejects with DEVICE_LOST or OUT_OF_MEMORY. */
  async read(tensor: GpuTensor): Promise<ArrayBuffer> {
    const { bytes } = tensor;
    if (bytes === 0) return new ArrayBuffer(0);
    this.endPass();
    this.encoder ??= this.device.createCommandEncoder();
    const staging = this.device.createBuffer({
      size: bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    this.encoder.copyBufferToBuffer(tensor.buffer, tensor.offset, staging, 0, bytes);
    this.submit();
    try {
      await staging.mapAsync(GPUMapMode.READ);
      this.assertAlive();
      return staging.getMappedRange().slice(0);
    } catch (error) {
      // A lost device rejects the mapping; `lost` may resolve a moment later than that.
      if (!this.failure)
        await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, 50))]);
      this.assertAlive();
      throw error;
    } finally {
      staging.destroy();
    }
  }

  /** Sends the recorded commands to the queue. */
  submit(): void {
    this.assertAlive();
    if (!this.encoder) return;
    this.endPass();
    if (this.usedSlots > 0) {
      this.device.queue.writeBuffer(this.uniforms, 0, this.parameters, 0, (this.usedSlots * slotBytes) / 4);
    }
    const afterwards = this.profiler?.endCommands(this.encoder);
    this.device.queue.submit([this.encoder.finish()]);
    afterwards?.();
    this.encoder = null;
    this.usedSlots = 0;
    this.pendingBuffers.clear();
  }

  /** Times every dispatch from now on, on the GPU's clock; null where the device lacks `timestamp-query`. */
  profile(): GpuProfiler | null {
    if (!this.device.features.has("timestamp-query")) return null;
    this.submit();
    return (this.profiler ??= new GpuProfiler(this.device, dispatchesPerSubmit));
  }

  destroy(): void {
    this.device.destroy();
  }

  private endPass(): void {
    this.pass?.end();
    this.pass = null;
  }

  private assertAlive(): void {
    if (this.failure) throw this.failure;
  }

  private writeParameters(parameters: readonly Parameter[]): number {
    const slot = this.usedSlots++;
    const start = (slot * slotBytes) / 4;
    for (const [i, parameter] of parameters.entries()) {
      this.parameters[start + i] = typeof parameter === "number" ? parameter : floatBits(parameter.f32);
    }
    return slot;
  }

  private pipelineOf(source: KernelSource): Pipeline {
    const constants = source.constants ?? {};
    const key = `${source.name} ${JSON.stringify(constants)}`;
    const cached = this.pipelines.get(key);
    if (cached) return cached;
    let module = this.modules.get(source.code);
    if (!module) {
      module = this.device.createShaderModule({ code: source.code, label: source.name });
      this.modules.set(source.code, module);
    }
    const layout = this.device.createBindGroupLayout({
      entries: source.bindings.map((use, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: use === "read" ? "read-only-storage" : "storage" },
      })),
    });
    const pipeline = this.device.createComputePipeline({
      label: key,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout, this.uniformLayout] }),
      compute: { module, entryPoint: source.entryPoint, constants: { ...constants } },
    });
    const made = { pipeline, layout, groups: new Map<string, GPUBindGroup>() };
    this.pipelines.set(key, made);
    return made;
  }

  private bindGroup(pipeline: Pipeline, tensors: readonly GpuTensor[]): GPUBindGroup {
    const key = tensors.map((t) => `${this.idOf(t.buffer)}+${t.offset}+${t.bytes}`).join();
    const cached = pipeline.groups.get(key);
    if (cached) return cached;
    if (pipeline.groups.size >= maxGroupsPerPipeline) pipeline.groups.clear();
    const group = this.device.createBindGroup({
      layout: pipeline.layout,
      entries: tensors.map((tensor, binding) => ({
        binding,
        resource: { buffer: tensor.buffer, offset: tensor.offset, size: bindingBytes(tensor) },
      })),
    });
    pipeline.groups.set(key, group);
    return group;
  }

  private idOf(buffer: GPUBuffer): number {
    let id = this.bufferIds.get(buffer);
    if (id === undefined) this.bufferIds.set(buffer, (id = this.nextBufferId++));
    return id;
  }
}

/** Bindings are whole vectors of 16 bytes: kernels read rows four numbers at a time. */
const bindingBytes = (tensor: GpuTensor) =>
  Math.min(tensor.buffer.size - tensor.offset, Math.max(16, Math.ceil(tensor.bytes / 16) * 16));

/** Of the features that an adapter has, those that kernels use when they are there. */
export const wantedFeatures = ({ features }: GPUAdapter): GPUFeatureName[] =>
  (["timestamp-query", "subgroups"] as const).filter((feature) => features.has(feature));

const conversion = new DataView(new ArrayBuffer(4));

function floatBits(value: number): number {
  conversion.setFloat32(0, value);
  return conversion.getUint32(0);
}

/** Workgroups of `size` threads that cover `threads`. */
export const workgroups = (threads: number, size: number): number => Math.ceil(threads / size);

/** As `workgroups`, spread over x and y where x alone would exceed the 65,535 that WebGPU guarantees. */
export function workgroupGrid(threads: number, size: number): [x: number, y: number] {
  const count = workgroups(threads, size);
  const y = Math.ceil(count / 65535);
  return [Math.ceil(count / y), y];
}
