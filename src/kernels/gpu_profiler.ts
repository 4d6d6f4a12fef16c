/**
 * Times every dispatch on the GPU's own clock (the feature `timestamp-query`). Each dispatch gets a pass of its own,
 * so the whole is a little slower than without; the shares are what it is for.
 */
export class GpuProfiler {
  private readonly device: GPUDevice;
  private readonly queries: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private names: string[] = [];
  private readonly pending: Promise<void>[] = [];
  private readonly totals = new Map<string, { milliseconds: number; calls: number }>();

  /** `capacity` is the most dispatches between two submits. */
  constructor(device: GPUDevice, capacity: number) {
    this.device = device;
    this.queries = device.createQuerySet({ type: "timestamp", count: 2 * capacity });
    this.resolved = device.createBuffer({
      size: 16 * capacity,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
  }

  /** The pass of one dispatch. */
  beginPass(encoder: GPUCommandEncoder, name: string): GPUComputePassEncoder {
    const index = 2 * this.names.length;
    this.names.push(name);
    return encoder.beginComputePass({
      timestampWrites: {
        querySet: this.queries,
        beginningOfPassWriteIndex: index,
        endOfPassWriteIndex: index + 1,
      },
    });
  }

  /** Before a submit: records the copying of what has been timed. Returns what to do after it. */
  endCommands(encoder: GPUCommandEncoder): () => void {
    const { names } = this;
    this.names = [];
    if (names.length === 0) return () => {};
    encoder.resolveQuerySet(this.queries, 0, 2 * names.length, this.resolved, 0);
    const staging = this.device.createBuffer({
      size: 16 * names.length,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    encoder.copyBufferToBuffer(this.resolved, 0, staging, 0, 16 * names.length);
    return () => void this.pending.push(this.collect(staging, names));
  }

  private async collect(staging: GPUBuffer, names: readonly string[]): Promise<void> {
    await staging.mapAsync(GPUMapMode.READ);
    const times = new BigUint64Array(staging.getMappedRange());
    names.forEach((name, i) => {
      const total = this.totals.get(name) ?? { milliseconds: 0, calls: 0 };
      total.milliseconds += Number(times[2 * i + 1] - times[2 * i]) / 1e6;
      total.calls++;
      this.totals.set(name, total);
    });
    staging.destroy();
  }

  /** Milliseconds and calls by kernel, of everything submitted so far; starts anew. */
  async take(): Promise<Map<string, { milliseconds: number; calls: number }>> {
    await Promise.all(this.pending.splice(0));
    const totals = new Map(this.totals);
    this.totals.clear();
    return totals;
  }
}
