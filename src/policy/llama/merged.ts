import type { Backend } from "../../compute/backend";
import type { Tensor } from "../../kernels/tensor";
import type { Decoder } from "./decoder";
import type { Linear } from "./linear";

/** A decoder without adapters: they are added to its weights. For sampling, where each product is small. */
export interface MergedDecoder {
  readonly decoder: Decoder;
  /** Merges the adapters as they are now: W + scale · B A for each adapted weight W. */
  refresh(): void;
}

/** A merged copy of a decoder whose adapted weights are floats; the rest is shared. */
export function mergeAdapters(backend: Backend, decoder: Decoder): MergedDecoder {
  const merges: (() => void)[] = [];
  const merged = (linear: Linear): Linear => {
    const { adapter } = linear;
    if (!adapter) return linear;
    const weight = linear.weight as Tensor;
    const out = backend.tensor(weight.rows, weight.cols);
    const { a, b, scale } = adapter;
    merges.push(() =>
      backend.kernels.matmul({ layout: "NN", a: b.value, b: a.value, out, scale, addend: weight }),
    );
    return { ...linear, weight: out, adapter: null };
  };
  const layers = decoder.layers.map(({ attention, feedForward }) => ({
    attention: {
      ...attention,
      ...{ q: merged(attention.q), k: merged(attention.k), v: merged(attention.v), o: merged(attention.o) },
    },
    feedForward: {
      ...feedForward,
      ...{ gate: merged(feedForward.gate), up: merged(feedForward.up), down: merged(feedForward.down) },
    },
  }));
  return { decoder: { ...decoder, layers }, refresh: () => merges.forEach((merge) => merge()) };
}
