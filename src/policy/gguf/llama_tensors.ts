import { hasBias, hasHeadNorms, type LlamaConfig } from "./llama_config";

/** [output features, input features] of a weight; [1, size] of a norm's gain and of a bias. */
export type Shape = readonly [rows: number, cols: number];

/** The tensors that a layer may have, by llama.cpp's convention, and what Hugging Face calls them. */
export const layerParts = {
  "attn_norm.weight": "input_layernorm.weight",
  "attn_q.weight": "self_attn.q_proj.weight",
  "attn_k.weight": "self_attn.k_proj.weight",
  "attn_v.weight": "self_attn.v_proj.weight",
  "attn_q.bias": "self_attn.q_proj.bias",
  "attn_k.bias": "self_attn.k_proj.bias",
  "attn_v.bias": "self_attn.v_proj.bias",
  "attn_q_norm.weight": "self_attn.q_norm.weight",
  "attn_k_norm.weight": "self_attn.k_norm.weight",
  "attn_output.weight": "self_attn.o_proj.weight",
  "ffn_norm.weight": "post_attention_layernorm.weight",
  "ffn_gate.weight": "mlp.gate_proj.weight",
  "ffn_up.weight": "mlp.up_proj.weight",
  "ffn_down.weight": "mlp.down_proj.weight",
} as const;

export type LayerPart = keyof typeof layerParts;

/** The name of a layer's tensor in a file. */
export const layerTensor = (layer: number, part: LayerPart): string => `blk.${layer}.${part}`;

/** The shapes of one layer's tensors, in the order of `layerParts`; every layer has the same. */
export function layerShapes(config: LlamaConfig): ReadonlyMap<LayerPart, Shape> {
  const { dim, ffnDim, headDim } = config;
  const queryDim = config.heads * headDim;
  const keyDim = config.kvHeads * headDim;
  const shapes: Record<LayerPart, Shape | null> = {
    "attn_norm.weight": [1, dim],
    "attn_q.weight": [queryDim, dim],
    "attn_k.weight": [keyDim, dim],
    "attn_v.weight": [keyDim, dim],
    "attn_q.bias": hasBias(config) ? [1, queryDim] : null,
    "attn_k.bias": hasBias(config) ? [1, keyDim] : null,
    "attn_v.bias": hasBias(config) ? [1, keyDim] : null,
    "attn_q_norm.weight": hasHeadNorms(config) ? [1, headDim] : null,
    "attn_k_norm.weight": hasHeadNorms(config) ? [1, headDim] : null,
    "attn_output.weight": [dim, queryDim],
    "ffn_norm.weight": [1, dim],
    "ffn_gate.weight": [ffnDim, dim],
    "ffn_up.weight": [ffnDim, dim],
    "ffn_down.weight": [dim, ffnDim],
  };
  const entries = Object.entries(shapes) as [LayerPart, Shape | null][];
  return new Map(entries.flatMap(([part, shape]) => (shape ? [[part, shape] as const] : [])));
}

/** Divisors of the rotary frequencies, as Llama 3.1 and its kin have them; absent in other files. */
export const ropeFactors = "rope_freqs.weight";

/** The shapes of the tensors outside the layers. A tied model has no `output.weight`: the embedding serves. */
export function outerShapes({ vocab, dim, tied }: LlamaConfig): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([
    ["token_embd.weight", [vocab, dim]],
    ["output_norm.weight", [1, dim]],
  ]);
  if (!tied) shapes.set("output.weight", [vocab, dim]);
  return shapes;
}
