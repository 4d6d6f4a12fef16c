import type { ThreadStarter } from "../kernels/threads";
import type { Backend } from "./backend";
import { CpuBackend } from "./cpu";
import { WebgpuBackend } from "./webgpu";

/** What the start-up probe measured: GFLOP/s of one matrix product, and which backend it would take. */
export interface ProbeResult {
  readonly cpu: number;
  /** Null without an adapter. */
  readonly webgpu: number | null;
  readonly faster: "cpu" | "webgpu";
}

/** The shape of the product: a feed-forward layer of a small model over a batch. */
const [m, n, k] = [384, 256, 96];
const milliseconds = 50;

/** Milliseconds of the fastest of several products within the time allowed. */
async function fastest(backend: Backend): Promise<number> {
  const [a, b, out] = [backend.tensor(m, k), backend.tensor(n, k), backend.tensor(m, n)];
  const run = async () => {
    const started = performance.now();
    for (let i = 0; i < 4; i++) backend.kernels.matmul({ layout: "NT", a, b, out });
    await backend.read(out.slice(0, 1));
    return (performance.now() - started) / 4;
  };
  await run(); // compiles
  let best = Infinity;
  for (const end = performance.now() + milliseconds; performance.now() < end;)
    best = Math.min(best, await run());
  for (const tensor of [a, b, out]) backend.free(tensor);
  return best;
}

const gigaflops = (time: number) => (2 * m * n * k) / time / 1e6;

/** Opens both backends, measures them, picks the GPU's tile, and says which is faster. The caller keeps what it wants. */
export async function probe(
  gpu: GPU | undefined,
  threads?: ThreadStarter,
): Promise<{ result: ProbeResult; cpu: CpuBackend; webgpu: WebgpuBackend | null }> {
  // Where helpers cannot be started, one thread does it all: its label says so.
  const cpu = await CpuBackend.create(threads).catch(() => CpuBackend.create());
  const cpuSpeed = gigaflops(await fastest(cpu));
  const webgpu = await WebgpuBackend.create(gpu).catch(() => null);
  if (!webgpu) return { result: { cpu: cpuSpeed, webgpu: null, faster: "cpu" }, cpu, webgpu };
  let best = Infinity;
  let bestTile = webgpu.tiles[0];
  for (const tile of webgpu.tiles) {
    webgpu.setMatmulTile(tile);
    const time = await fastest(webgpu);
    if (time < best) [best, bestTile] = [time, tile];
  }
  webgpu.setMatmulTile(bestTile);
  const gpuSpeed = gigaflops(best);
  return {
    result: { cpu: cpuSpeed, webgpu: gpuSpeed, faster: gpuSpeed > cpuSpeed ? "webgpu" : "cpu" },
    cpu,
    webgpu,
  };
}
