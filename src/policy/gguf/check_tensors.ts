import { HerlError } from "../../errors";
import type { LlamaConfig } from "./llama_config";
import { layerShapes, layerTensor, outerShapes, ropeFactors, type Shape } from "./llama_tensors";
import { requireTensor } from "./read_gguf";
import type { GgufFile } from "./read_gguf";

/**
 * The file has every tensor that the configuration calls for, in its shape, and no other: a bias or a scale that
 * nobody reads would make every number wrong without a word.
 */
export function checkTensors(file: GgufFile, config: LlamaConfig): void {
  const known = new Set<string>();
  const check = (name: string, [rows, cols]: Shape) => {
    const tensor = requireTensor(file, name);
    if (tensor.rows !== rows || tensor.cols !== cols) {
      throw new HerlError(
        "GGUF_TENSOR_SHAPE",
        `Tensor ${name} is ${tensor.rows} × ${tensor.cols}, and the metadata make it ${rows} × ${cols}`,
        "The file contradicts itself; get it from another source.",
      );
    }
    known.add(name);
  };
  for (const [name, shape] of outerShapes(config)) check(name, shape);
  const shapes = layerShapes(config);
  for (let layer = 0; layer < config.layers; layer++)
    for (const [part, shape] of shapes) check(layerTensor(layer, part), shape);
  if (file.tensors.has(ropeFactors)) check(ropeFactors, [1, config.headDim / 2]);
  const unexpected = [...file.tensors.keys()].find((name) => !known.has(name));
  if (unexpected === undefined) return;
  throw new HerlError(
    "MODEL_CONFIG",
    `The file has a tensor ${unexpected}, which a decoder of architecture ${config.architecture} does not use`,
    "Choose a plain model of the Llama, Qwen2 or Qwen3 family, for instance SmolLM2-135M-Instruct.",
  );
}
