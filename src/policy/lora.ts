import type { Backend, Numbers } from "../compute/backend";
import { deriveKey, RandomStream, type Key } from "../kernels/random/random";
import type { LlamaConfig } from "./gguf/llama_config";
import { layerShapes } from "./gguf/llama_tensors";
import type { Adapter } from "./llama/linear";
import { projections, type Projection } from "./llama/weights";
import { Parameters, type ParameterEntry } from "./parameters";

/** Low-rank adaptation (Hu et al. 2021), in PEFT's terms. */
export interface LoraConfig {
  readonly rank: number;
  /** The adapter is multiplied by alpha / rank. */
  readonly alpha: number;
  readonly targets: readonly Projection[];
}

export const allProjections = Object.keys(projections) as Projection[];

/** PEFT's name of an adapter matrix. */
export const adapterName = (layer: number, projection: Projection, side: "A" | "B"): string =>
  `base_model.model.model.layers.${layer}.${projection}.lora_${side}.weight`;

/** The adapters' matrices of a model, by PEFT's names. */
export function loraShapes(model: LlamaConfig, lora: LoraConfig): Omit<ParameterEntry, "start">[] {
  const shapes = layerShapes(model);
  return Array.from({ length: model.layers }, (_, layer) =>
    lora.targets.flatMap((projection) => {
      const [outputs, inputs] = shapes.get(projections[projection])!;
      return [
        { name: adapterName(layer, projection, "A"), rows: lora.rank, cols: inputs },
        { name: adapterName(layer, projection, "B"), rows: outputs, cols: lora.rank },
      ];
    }),
  ).flat();
}

/** The adapters' matrices in flat pools, initialised: A uniform in ±1/√inputs as PEFT does, B zero. */
export function loraParameters(backend: Backend, model: LlamaConfig, lora: LoraConfig, key: Key): Parameters {
  const parameters = new Parameters(backend, loraShapes(model, lora));
  const initial = new Map<string, Numbers>();
  for (const { name, rows, cols } of parameters.entries) {
    const stream = new RandomStream(deriveKey(key, "lora", name));
    const bound = name.endsWith("lora_A.weight") ? 1 / Math.sqrt(cols) : 0;
    initial.set(
      name,
      Float32Array.from({ length: rows * cols }, () => bound * (2 * stream.unit() - 1)),
    );
  }
  parameters.write(initial);
  return parameters;
}

/** The adapter of one projection, or null if it is no target. */
export function adapterOf(
  parameters: Parameters,
  lora: LoraConfig,
  layer: number,
  projection: Projection,
): Adapter | null {
  if (!lora.targets.includes(projection)) return null;
  return {
    a: parameters.get(adapterName(layer, projection, "A")),
    b: parameters.get(adapterName(layer, projection, "B")),
    scale: lora.alpha / lora.rank,
  };
}
