import type { FrozenDevice } from "../frozen_engine";
import type { MlcRecord } from "../mlc";
import { frozenModels } from "../mlc_models";

const site = "https://models.example";

/** Two models share a program; the half-precision one does not say that it needs shader-f16, as in WebLLM's list. */
export const tinyRecords: readonly MlcRecord[] = [
  {
    model: `${site}/Tiny-q4f16_1`,
    model_id: "Tiny-q4f16_1-MLC",
    model_lib: `${site}/lib/tiny-f16.wasm`,
    vram_required_MB: 30,
    low_resource_required: true,
    overrides: { context_window_size: 64 },
  },
  {
    model: `${site}/Tiny-q4f32_1`,
    model_id: "Tiny-q4f32_1-MLC",
    model_lib: `${site}/lib/tiny-f32.wasm`,
    vram_required_MB: 50,
    overrides: { context_window_size: 64 },
  },
  {
    model: `${site}/Tiny-Tuned-q4f32_1`,
    model_id: "Tiny-Tuned-q4f32_1-MLC",
    model_lib: `${site}/lib/tiny-f32.wasm`,
    vram_required_MB: 50,
    overrides: { context_window_size: 64 },
  },
  {
    model: `${site}/Qwen3-Tiny-q4f32_1`,
    model_id: "Qwen3-Tiny-q4f32_1-MLC",
    model_lib: `${site}/lib/qwen.wasm`,
    vram_required_MB: 60,
    overrides: { context_window_size: 64 },
  },
  { model: `${site}/Embed`, model_id: "Embed-q0f32", model_lib: `${site}/e.wasm`, model_type: 1 },
];

export const tinyModels = frozenModels(tinyRecords);

/** A graphics adapter without half precision, as software adapters are. */
export const ableDevice: FrozenDevice = {
  webgpu: true,
  secure: true,
  adapter: true,
  features: [],
  maxBufferSize: 1 << 30,
  maxStorageBufferBindingSize: 1 << 30,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeWorkgroupStorageSize: 32768,
  freeBytes: 10e9,
  online: true,
};
