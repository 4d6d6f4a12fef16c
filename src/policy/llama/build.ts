import type { Backend, Numbers } from "../../compute/backend";
import { floatWeightBytes } from "../../compute/batch_shape";
import type { Key } from "../../kernels/random/random";
import { dequantizeRow, isQuantized, type Tensor, type Weight } from "../../kernels/tensor";
import { hasBias, hasHeadNorms, type LlamaConfig } from "../gguf/llama_config";
import type { LayerPart } from "../gguf/llama_tensors";
import { adapterOf, loraParameters, type LoraConfig } from "../lora";
import { Parameters } from "../parameters";
import type { Decoder, Layer } from "./decoder";
import type { Bias, Linear } from "./linear";
import { mergeAdapters, type MergedDecoder } from "./merged";
import type { Norm } from "./norm";
import {
  layerName,
  projections,
  tensorNames,
  uploadWeight,
  type HostWeight,
  type HostWeights,
  type Projection,
} from "./weights";

/** What of a model is trained: adapters beside the frozen weights, or every weight as floats. */
export type Training =
  { readonly mode: "lora"; readonly lora: LoraConfig; readonly key: Key } | { readonly mode: "full" };

/** A decoder on a device with the parameters that are trained. */
export interface BuiltModel {
  readonly decoder: Decoder;
  readonly parameters: Parameters;
  /** For sampling, where the adapted weights are floats on the device; null elsewhere. */
  readonly merged: MergedDecoder | null;
}

/**
 * Uploads a model. `recompute` trades time for memory in the backward pass (see `Decoder`); `floatWeights` says whether
 * weights are kept as floats on the device, by default as `floatWeightBytes` has it.
 */
export function buildDecoder(
  backend: Backend,
  config: LlamaConfig,
  host: HostWeights,
  training: Training,
  { recompute = false, floatWeights }: { recompute?: boolean; floatWeights?: boolean } = {},
): BuiltModel {
  if (training.mode === "full") {
    const parameters = fullParameters(backend, config, host);
    const source = {
      weight: (name: string) => parameters.get(name).value,
      gradient: (name: string) => parameters.get(name).gradient,
      adapter: () => null,
    };
    return { decoder: { ...assemble(config, source), recompute }, parameters, merged: null };
  }
  const parameters = loraParameters(backend, config, training.lora, training.key);
  const asFloats = floatWeights ?? 4 * weightCount(config) <= floatWeightBytes[backend.name];
  const source = {
    weight: (name: string) =>
      uploadWeight(backend, asFloats ? floatWeight(host.get(name)!) : host.get(name)!),
    gradient: () => null,
    adapter: (layer: number, projection: Projection) =>
      adapterOf(parameters, training.lora, layer, projection),
  };
  const decoder = { ...assemble(config, source), recompute };
  return { decoder, parameters, merged: asFloats ? mergeAdapters(backend, decoder) : null };
}

/** Every weight as a float parameter, starting from the file's values (dequantized). */
function fullParameters(backend: Backend, config: LlamaConfig, host: HostWeights): Parameters {
  const names = [...tensorNames(config)].map(({ hf, shape: [rows, cols] }) => ({ name: hf, rows, cols }));
  const parameters = new Parameters(backend, names);
  parameters.write(new Map(names.map(({ name }) => [name, hostFloats(host.get(name)!)])));
  return parameters;
}

/** Numbers in all weights of a model. */
export const weightCount = (config: LlamaConfig): number =>
  [...tensorNames(config)].reduce((sum, { shape: [rows, cols] }) => sum + rows * cols, 0);

const floatWeight = (weight: HostWeight): HostWeight => ({
  rows: weight.rows,
  cols: weight.cols,
  floats: hostFloats(weight),
});

/** A host weight as floats. */
export function hostFloats(weight: HostWeight): Numbers {
  if ("floats" in weight) return weight.floats;
  const floats = new Float32Array(weight.rows * weight.cols);
  for (let row = 0; row < weight.rows; row++) dequantizeRow(weight, row, floats, row * weight.cols);
  return floats;
}

interface Source {
  weight(name: string): Weight;
  gradient(name: string): Tensor | null;
  adapter(layer: number, projection: Projection): Linear["adapter"];
}

function assemble(config: LlamaConfig, source: Source): Omit<Decoder, "recompute"> {
  const vector = (name: string): Bias => {
    const value = source.weight(name);
    if (isQuantized(value)) throw new Error(`${name} is quantized; gains of norms and biases never are`);
    return { value, gradient: source.gradient(name) };
  };
  const norm = (name: string): Norm => {
    const { value, gradient } = vector(name);
    return { weight: value, gradient };
  };
  const layers = Array.from({ length: config.layers }, (_, layer): Layer => {
    const linear = (projection: Projection, biasPart?: LayerPart): Linear => {
      const name = layerName(layer, projections[projection]);
      const adapter = source.adapter(layer, projection);
      const bias = biasPart && hasBias(config) ? vector(layerName(layer, biasPart)) : null;
      return { name, weight: source.weight(name), gradient: source.gradient(name), bias, adapter };
    };
    const layerNorm = (part: LayerPart) => norm(layerName(layer, part));
    return {
      attention: {
        norm: layerNorm("attn_norm.weight"),
        q: linear("self_attn.q_proj", "attn_q.bias"),
        k: linear("self_attn.k_proj", "attn_k.bias"),
        v: linear("self_attn.v_proj", "attn_v.bias"),
        o: linear("self_attn.o_proj"),
        headNorms: hasHeadNorms(config)
          ? { q: layerNorm("attn_q_norm.weight"), k: layerNorm("attn_k_norm.weight") }
          : null,
      },
      feedForward: {
        norm: layerNorm("ffn_norm.weight"),
        gate: linear("mlp.gate_proj"),
        up: linear("mlp.up_proj"),
        down: linear("mlp.down_proj"),
      },
    };
  });
  const embedding = source.weight("model.embed_tokens.weight");
  const gradEmbedding = source.gradient("model.embed_tokens.weight");
  return {
    ...{ embedding, layers, gradEmbedding, norm: norm("model.norm.weight") },
    head: config.tied ? embedding : source.weight("lm_head.weight"),
    gradHead: config.tied ? gradEmbedding : source.gradient("lm_head.weight"),
  };
}
