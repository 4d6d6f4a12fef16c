import type { LlamaConfig } from "./llama_config";

/** [output features, input features] of a weight; [1, size] of a norm's gain. */
export type Shape = readonly [rows: number, cols: number];

/** The names of one layer's tensors, by llama.cpp's convention. */
export const layerTensor = (layer: number, part: LayerPart): string => `blk.${layer}.${part}.weight`;

export type LayerPart =
  | "attn_norm"
  | "attn_q"
  | "attn_k"
  | "attn_v"
  | "attn_output"
  | "ffn_norm"
  | "ffn_gate"
  | "ffn_up"
  | "ffn_down";

/** The shapes of one layer's tensors; every layer has the same. */
export function layerShapes(config: LlamaConfig): Readonly<Record<LayerPart, Shape>> {
  const { dim, ffnDim } = config;
  const queryDim = config.heads * config.headDim;
  const keyDim = config.kvHeads * config.headDim;
  return {
    attn_norm: [1, dim],
    attn_q: [queryDim, dim],
    attn_k: [keyDim, dim],
    attn_v: [keyDim, dim],
    attn_output: [dim, queryDim],
    ffn_norm: [1, dim],
    ffn_gate: [ffnDim, dim],
    ffn_up: [ffnDim, dim],
    ffn_down: [dim, ffnDim],
  };
}

/** The shapes of the tensors outside the layers. A tied model has no `output.weight`: the embedding serves. */
export function outerShapes({ vocab, dim, tied }: LlamaConfig): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([
    ["token_embd.weight", [vocab, dim]],
    ["output_norm.weight", [1, dim]],
  ]);
  if (!tied) shapes.set("output.weight", [vocab, dim]);
  return shapes;
}
