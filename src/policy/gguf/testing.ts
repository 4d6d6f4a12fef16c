/** A small Llama model file for tests: real in every part, random in its weights. */
import { HerlError } from "../../errors";
import { RandomStream } from "../../kernels/random/random";
import type { LlamaConfig } from "./llama_config";
import { layerShapes, layerTensor, outerShapes } from "./llama_tensors";
import { configMetadata } from "./model_config";
import { encodeTensor } from "./quantize";
import type { WritableType } from "./quantize";
import type { GgufTensor } from "./read_gguf";
import type { GgufValue } from "./value";

export const tinyConfig: LlamaConfig = {
  architecture: "llama",
  layers: 2,
  dim: 64,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  ffnDim: 96,
  vocab: 40,
  contextLength: 128,
  ropeBase: 10000,
  rmsEpsilon: Math.fround(1e-5),
  tied: true,
};

/** Metadata and tensors for `writeGguf`; norms are F32, matrices of the given type. */
export function tinyModel(config: LlamaConfig = tinyConfig, type: WritableType = "Q8_0") {
  const random = RandomStream.of(1, "tiny model");
  const metadata: Map<string, GgufValue> = configMetadata(config);
  const tensors = new Map<string, GgufTensor>();
  const add = (name: string, rows: number, cols: number) => {
    const values = Float32Array.from({ length: rows * cols }, () => random.normal() * 0.1);
    const dims = rows === 1 ? [cols] : [cols, rows];
    tensors.set(name, encodeTensor(name, rows === 1 ? "F32" : type, dims, values));
  };
  for (const [name, [rows, cols]] of outerShapes(config)) add(name, rows, cols);
  for (let layer = 0; layer < config.layers; layer++) {
    for (const [part, [rows, cols]] of layerShapes(config)) add(layerTensor(layer, part), rows, cols);
  }
  return { metadata, tensors };
}

/** The code and the line of the error that `action` raises; an error of any other class fails the test. */
export function errorOf(action: () => unknown): { code: string; line: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof HerlError) return { code: error.code, line: error.toLine() };
    throw error;
  }
  throw new Error("no error was raised");
}

/** As `errorOf`, for an action that may succeed: the error's code, or "done". */
export function outcomeOf(action: () => unknown): string {
  try {
    action();
    return "done";
  } catch (error) {
    if (error instanceof HerlError) return error.code;
    throw error;
  }
}
