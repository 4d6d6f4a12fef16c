import type { Tensor, Weight } from "../../kernels/tensor";
import { attentionBackward, attentionForward, type Attention } from "./attention";
import { feedForwardActive, feedForwardBackward, feedForwardDown, type FeedForward } from "./feed_forward";
import type { Norm } from "./norm";
import type { Pass } from "./pass";

/** A Llama-family decoder on a device: what is trained carries its gradient with it. */
export interface Decoder {
  /** [vocab, dim] */
  readonly embedding: Weight;
  readonly layers: readonly Layer[];
  readonly norm: Norm;
  /** [vocab, dim]; the embedding itself in a tied model. */
  readonly head: Weight;
  /** Gradients of the embedding and the head; the same tensor in a tied model; null when they are not trained. */
  readonly gradEmbedding: Tensor | null;
  readonly gradHead: Tensor | null;
  /** Keep only each layer's input, and compute the rest again on the way back. */
  readonly recompute: boolean;
}

export interface Layer {
  readonly attention: Attention;
  readonly feedForward: FeedForward;
}

/** Tensors that are saved per layer, or shared by all layers when they are computed again. */
const scopeOf = (decoder: Decoder, layer: number) => (decoder.recompute ? "layer" : `layer ${layer}`);

/** The residual stream that enters layer `layer`, or leaves the last one (`layer` = number of layers). */
const stream = ({ workspace, config, rows }: Pass, layer: number) =>
  workspace.tensor(`stream ${layer}`, rows.count, config.dim);

const middle = ({ workspace, config, rows }: Pass, scope: string) =>
  workspace.tensor(`${scope} middle`, rows.count, config.dim);

/** Runs the rows through all layers. Returns the residual stream [T, dim] before the final norm. */
export function decoderForward(pass: Pass, decoder: Decoder): Tensor {
  pass.backend.kernels.gather({ table: decoder.embedding, rows: pass.rows.tokens, out: stream(pass, 0) });
  decoder.layers.forEach((_, layer) => layerForward(pass, decoder, layer));
  return stream(pass, decoder.layers.length);
}

function layerForward(pass: Pass, decoder: Decoder, layer: number): void {
  const active = layerActive(pass, decoder, layer);
  const between = middle(pass, scopeOf(decoder, layer));
  feedForwardDown(pass, decoder.layers[layer].feedForward, active, between, stream(pass, layer + 1));
}

/** All of a layer but the product that leads to its output, which the backward pass does not need. */
function layerActive(pass: Pass, decoder: Decoder, layer: number): Tensor {
  const scope = scopeOf(decoder, layer);
  const { attention, feedForward } = decoder.layers[layer];
  const between = middle(pass, scope);
  attentionForward(pass, attention, layer, scope, stream(pass, layer), between);
  return feedForwardActive(pass, feedForward, scope, between);
}

/**
 * Adds the gradients of everything trained. `gradient` [T, dim] holds ∂L/∂(residual stream at the end) on entry,
 * and is used up. The tokens' gradients are added to the embedding by the caller (`tokenGroups` of the batch).
 */
export function decoderBackward(pass: Pass, decoder: Decoder, gradient: Tensor): void {
  const last = decoder.layers.length - 1;
  for (let layer = last; layer >= 0; layer--) {
    const scope = scopeOf(decoder, layer);
    // What the last layer has left is still there.
    if (decoder.recompute && layer < last) layerActive(pass, decoder, layer);
    const { attention, feedForward } = decoder.layers[layer];
    feedForwardBackward(pass, feedForward, scope, middle(pass, scope), gradient);
    const needed = layer > 0 || decoder.gradEmbedding !== null;
    attentionBackward(pass, attention, scope, stream(pass, layer), gradient, needed);
  }
}
