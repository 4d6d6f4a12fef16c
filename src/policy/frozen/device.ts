import { HerlError } from "../../errors";
import type { FrozenDevice, FrozenModel } from "./frozen_engine";

/** What this needs of the browser's `navigator`; a worker has it too. */
export interface DeviceSource {
  readonly gpu?: { requestAdapter(options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> };
  readonly storage?: { estimate(): Promise<{ quota?: number; usage?: number }> };
  readonly onLine?: boolean;
}

/** What the device offers. Asks the graphics adapter, reserves nothing and never rejects. */
export async function readDevice(source: DeviceSource, secure: boolean): Promise<FrozenDevice> {
  const adapter = await source.gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  const room = await source.storage?.estimate().catch(() => null);
  return {
    webgpu: source.gpu !== undefined,
    secure,
    adapter: Boolean(adapter),
    features: adapter ? [...adapter.features] : [],
    maxBufferSize: adapter?.limits.maxBufferSize ?? 0,
    maxStorageBufferBindingSize: adapter?.limits.maxStorageBufferBindingSize ?? 0,
    maxStorageBuffersPerShaderStage: adapter?.limits.maxStorageBuffersPerShaderStage ?? 0,
    maxComputeWorkgroupStorageSize: adapter?.limits.maxComputeWorkgroupStorageSize ?? 0,
    freeBytes: room?.quota === undefined ? null : Math.max(0, room.quota - (room.usage ?? 0)),
    online: source.onLine ?? true,
  };
}

/** Something that a device lacks: in words, and what to do about it. */
export interface Lack {
  readonly kind: "webgpu" | "adapter" | "limits" | "feature" | "storage" | "network";
  readonly what: string;
  readonly cure: string;
}

/** Least limits of WebLLM's runtime (web-llm 0.2.86, `detectGPUDevice`). */
const leastLimits = {
  maxBufferSize: 1 << 28,
  maxStorageBufferBindingSize: 1 << 27,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeWorkgroupStorageSize: 32 << 10,
} as const;

/** What keeps every model from running on this device: none where it can run small ones. */
export function deviceLacks(device: FrozenDevice): Lack[] {
  if (!device.secure)
    return [
      {
        kind: "webgpu",
        what: "This page was not opened over https, and browsers give WebGPU to no such page",
        cure: "Open the page over https or from localhost",
      },
    ];
  if (!device.webgpu)
    return [
      {
        kind: "webgpu",
        what: "This browser has no WebGPU, or it is switched off",
        cure: "Use a current Chrome, Edge, Safari or Firefox with WebGPU switched on, or a judge over HTTP",
      },
    ];
  if (!device.adapter)
    return [
      {
        kind: "adapter",
        what: "The browser has WebGPU, but no graphics adapter to offer",
        cure: "Switch hardware acceleration on in the browser's settings, or use a judge over HTTP",
      },
    ];
  const short = (Object.keys(leastLimits) as (keyof typeof leastLimits)[]).filter(
    (limit) => device[limit] < leastLimits[limit],
  );
  return short.map((limit) => ({
    kind: "limits",
    what: `The graphics adapter allows a ${limit} of ${device[limit]}; models need ${leastLimits[limit]}`,
    cure: "Use another device, or a judge over HTTP",
  }));
}

/** What keeps this model from running on this device; `stored` says that its files need no download. */
export function lacksOf(model: FrozenModel, device: FrozenDevice, stored = false): Lack[] {
  const lacks = deviceLacks(device);
  if (lacks.length > 0) return lacks;
  for (const feature of model.features.filter((name) => !device.features.includes(name)))
    lacks.push({
      kind: "feature",
      what: `It computes with ${feature}, which this graphics adapter does not have`,
      cure: feature === "shader-f16" ? "Choose a model with f32 in its name" : "Choose another model",
    });
  if (model.bufferBytes > device.maxStorageBufferBindingSize)
    lacks.push({
      kind: "limits",
      what: `It needs a buffer of ${inMB(model.bufferBytes)}; this graphics adapter allows ${inMB(device.maxStorageBufferBindingSize)}`,
      cure: "Choose a smaller model",
    });
  if (stored) return lacks;
  if (!device.online)
    lacks.push({
      kind: "network",
      what: "This device is offline, and the model is not stored here yet",
      cure: "Connect to the network once: afterwards the model loads from this browser's storage",
    });
  if (device.freeBytes !== null && device.freeBytes < leastFreeBytes)
    lacks.push({
      kind: "storage",
      what: `This browser lets the page store ${inMB(device.freeBytes)} more, which is too little for any model`,
      cure: "Delete stored models, or free space on the disk; private windows are often given little",
    });
  return lacks;
}

/** WEBLLM_UNAVAILABLE for what no waiting and no network would change, or null. */
export function refusalOf(model: FrozenModel, device: FrozenDevice): HerlError | null {
  const lack = lacksOf(model, device, true)[0];
  if (!lack) return null;
  return new HerlError("WEBLLM_UNAVAILABLE", `${model.id} cannot run here. ${lack.what}`, lack.cure);
}

/** The smallest model's weights are larger. */
const leastFreeBytes = 150e6;

const inMB = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
