import type { Backend } from "../compute/backend";
import { CpuBackend } from "../compute/cpu";
import { WebgpuBackend } from "../compute/webgpu";
import { HerlError } from "../errors";
import { UsageError, type Option } from "./arguments";
import { nodeThreads } from "./kernel_threads";

export const backendOption: Option = {
  type: "string",
  value: "cpu|webgpu",
  default: "cpu",
  description: "Where to compute; webgpu needs the package `webgpu` and a Vulkan driver",
};

export const threadsOption: Option = {
  type: "string",
  value: "N",
  default: "1",
  description: "Threads of the cpu backend: the same digits, sooner",
};

/** Opens the backend of that name; the cpu on so many threads. */
export async function openBackend(name: unknown, threads = 1): Promise<Backend> {
  if (name === "cpu") return CpuBackend.create(threads > 1 ? nodeThreads(threads - 1) : undefined);
  if (name === "webgpu") return WebgpuBackend.create(await nodeGpu());
  throw new UsageError("--backend is cpu or webgpu");
}

/** Dawn's GPU object must outlive everything made with it: collected as garbage, it takes the process down. */
let keptGpu: GPU | undefined;

async function nodeGpu(): Promise<GPU> {
  if (keptGpu) return keptGpu;
  try {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    keptGpu = create([]) as unknown as GPU;
    return keptGpu;
  } catch (cause) {
    throw new HerlError(
      "NO_ADAPTER",
      "The package `webgpu` could not be loaded",
      "Run `npm ci`, or use --backend cpu",
      { cause },
    );
  }
}
