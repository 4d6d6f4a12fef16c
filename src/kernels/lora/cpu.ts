import type { CpuTensor } from "../cpu";
import { matmul } from "../matmul/cpu";
import { loraForward, loraGradients, type LoraBackwardOptions, type LoraOptions } from "./lora";

/** See `LoraOptions`. */
export const lora = (options: LoraOptions<CpuTensor>): void => loraForward(matmul, options);

/** See `LoraBackwardOptions`. */
export const loraBackward = (options: LoraBackwardOptions<CpuTensor>): void => loraGradients(matmul, options);
