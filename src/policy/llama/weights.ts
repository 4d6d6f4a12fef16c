import type { Backend, Numbers } from "../../compute/backend";
import type { QuantizedData, Tensor, Weight } from "../../kernels/tensor";
import type { LlamaConfig } from "../gguf/llama_config";
import {
  layerParts,
  layerShapes,
  layerTensor,
  outerShapes,
  type LayerPart,
  type Shape,
} from "../gguf/llama_tensors";

/** A weight as a file gives it: floats, or quantized integers in the one layout. */
export type HostWeight =
  { readonly rows: number; readonly cols: number; readonly floats: Numbers } | QuantizedData;

/**
 * A model's weights by their Hugging Face names, with the rows of q and k in the half-split order of RoPE. Asking for one
 * may read it from a file.
 */
export type HostWeights = Pick<ReadonlyMap<string, HostWeight>, "get" | "has" | "keys">;

/** The seven projections of a layer, by their Hugging Face names. */
export const projections = {
  "self_attn.q_proj": "attn_q.weight",
  "self_attn.k_proj": "attn_k.weight",
  "self_attn.v_proj": "attn_v.weight",
  "self_attn.o_proj": "attn_output.weight",
  "mlp.gate_proj": "ffn_gate.weight",
  "mlp.up_proj": "ffn_up.weight",
  "mlp.down_proj": "ffn_down.weight",
} as const satisfies Record<string, LayerPart>;

export type Projection = keyof typeof projections;

const outer = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
} as const;

/** The Hugging Face name of a layer's tensor. */
export const layerName = (layer: number, part: LayerPart): string =>
  `model.layers.${layer}.${layerParts[part]}`;

/** Every tensor of a model: its names in both worlds, and its shape. */
export function* tensorNames(config: LlamaConfig): Generator<{ hf: string; gguf: string; shape: Shape }> {
  for (const [gguf, shape] of outerShapes(config))
    yield { hf: outer[gguf as keyof typeof outer], gguf, shape };
  const shapes = layerShapes(config);
  for (let layer = 0; layer < config.layers; layer++)
    for (const [part, shape] of shapes)
      yield { hf: layerName(layer, part), gguf: layerTensor(layer, part), shape };
}

/** Copies one weight to the device. */
export function uploadWeight(backend: Backend, host: HostWeight): Weight {
  const upload = (data: Numbers | Uint32Array<ArrayBuffer>, rows: number, cols: number): Tensor => {
    const tensor = backend.tensor(rows, cols, data instanceof Uint32Array ? "u32" : "f32");
    backend.write(tensor, data);
    return tensor;
  };
  if ("floats" in host) return upload(host.floats, host.rows, host.cols);
  const { words, scales, offsets } = host;
  return {
    ...host,
    words: upload(words, 1, words.length),
    scales: upload(scales, 1, scales.length),
    offsets: offsets && upload(offsets, 1, offsets.length),
  };
}
