import { HerlError } from "../../errors";
import { layerShapes, layerTensor, outerShapes } from "./llama_tensors";
import type { LayerPart, Shape } from "./llama_tensors";
import type { LlamaConfig } from "./llama_config";
import { requireTensor } from "./read_gguf";
import type { GgufFile } from "./read_gguf";

/**
 * The file has every tensor that the configuration calls for, in its shape, and no other: a bias or a scale that
 * nobody reads would make every number wrong without a word.
 */
export function checkTensors(file: GgufFile, config: LlamaConfig): void {
  let expected = 0;
  const check = (name: string, [rows, cols]: Shape) => {
    const tensor = requireTensor(file, name);
    if (tensor.rows !== rows || tensor.cols !== cols) {
      throw new HerlError(
        "GGUF_TENSOR_SHAPE",
        `Tensor ${name} is ${tensor.rows} × ${tensor.cols}, and the metadata make it ${rows} × ${cols}`,
        "The file contradicts itself; get it from another source.",
      );
    }
    expected++;
  };
  for (const [name, shape] of outerShapes(config)) check(name, shape);
  const shapes = Object.entries(layerShapes(config)) as [LayerPart, Shape][];
  for (let layer = 0; layer < config.layers; layer++) {
    for (const [part, shape] of shapes) check(layerTensor(layer, part), shape);
  }
  if (file.tensors.size !== expected) throw unexpected(file, config);
}

function unexpected(file: GgufFile, config: LlamaConfig): HerlError {
  const known = new Set(outerShapes(config).keys());
  const parts = Object.keys(layerShapes(config)) as LayerPart[];
  for (let layer = 0; layer < config.layers; layer++) {
    for (const part of parts) known.add(layerTensor(layer, part));
  }
  const name = [...file.tensors.keys()].find((tensor) => !known.has(tensor));
  return new HerlError(
    "MODEL_CONFIG",
    name === "rope_freqs.weight"
      ? "The model scales its rotary frequencies (rope_freqs.weight), which is not supported"
      : `The file has a tensor ${name}, which a plain Llama decoder does not use`,
    "Choose a plain Llama model, for instance SmolLM2-135M-Instruct.",
  );
}
