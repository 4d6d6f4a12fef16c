import type { GpuTensor } from "../gpu";
import { matmul } from "../matmul/webgpu";
import { loraForward, loraGradients, type LoraBackwardOptions, type LoraOptions } from "./lora";

/** See `LoraOptions`. */
export const lora = (options: LoraOptions<GpuTensor>): void => loraForward(matmul, options);

/** See `LoraBackwardOptions`. */
export const loraBackward = (options: LoraBackwardOptions<GpuTensor>): void => loraGradients(matmul, options);
