import { HerlError } from "../errors";
import { layerTensor } from "./gguf/llama_tensors";
import { modelConfig } from "./gguf/model_config";
import { encodeTensor, type WritableType } from "./gguf/quantize";
import type { GgufFile, GgufTensor } from "./gguf/read_gguf";
import { gatherRows, interleavedOrder } from "./gguf/rope_permutation";
import { toFloat32 } from "./gguf/to_float32";
import { writeGguf } from "./gguf/write_gguf";
import { projections, type Projection } from "./llama/weights";
import { adapterName, loraShapes } from "./lora";
import type { ReadAdapter } from "./peft";

/**
 * A GGUF file in which an adapter has become part of the weights: W + (alpha / rank) · B A for each matrix that it adapts,
 * written as `type`; every other tensor and all metadata as they were. What `type` rounds away of W it rounds away of the
 * adapter too: F16 keeps nearly all of it. Throws ADAPTER_MISMATCH for an adapter of another model.
 */
export function mergeAdapter(
  file: GgufFile,
  adapter: ReadAdapter,
  type: WritableType,
): Uint8Array<ArrayBuffer> {
  const config = modelConfig(file);
  const { lora, matrices } = adapter;
  for (const { name, rows, cols } of loraShapes(config, lora)) {
    if (matrices.get(name)?.length === rows * cols) continue;
    throw new HerlError(
      "ADAPTER_MISMATCH",
      `The adapter's ${name} is not ${rows} × ${cols}`,
      "Choose an adapter that was trained on this model",
    );
  }
  const adapted = new Map<string, { layer: number; projection: Projection }>();
  for (let layer = 0; layer < config.layers; layer++)
    for (const projection of lora.targets)
      adapted.set(layerTensor(layer, projections[projection]), { layer, projection });

  const merged = (tensor: GgufTensor): GgufTensor => {
    const place = adapted.get(tensor.name);
    if (!place) return tensor;
    const { layer, projection } = place;
    const [a, b] = (["A", "B"] as const).map((side) => matrices.get(adapterName(layer, projection, side))!);
    // The file's rows of q and k may be in another order than the adapter's (rope_permutation.ts).
    const isRotated =
      config.architecture === "llama" &&
      (projection === "self_attn.q_proj" || projection === "self_attn.k_proj");
    const rows = isRotated ? gatherRows(b, lora.rank, interleavedOrder(tensor.rows, config.headDim)) : b;
    const values = Float32Array.from(toFloat32(tensor));
    addProduct(values, rows, a, lora.rank, lora.alpha / lora.rank);
    return encodeTensor(tensor.name, type, tensor.dims, values);
  };
  return writeGguf({ metadata: file.metadata, tensors: lazily(file.tensors.values(), merged) });
}

/** W += scale · B A, for B [rows, rank] and A [rank, cols]; sums in double precision. */
function addProduct(w: Float32Array, b: Float32Array, a: Float32Array, rank: number, scale: number): void {
  const cols = a.length / rank;
  const row = new Float64Array(cols);
  for (let r = 0; r < b.length / rank; r++) {
    row.fill(0);
    for (let i = 0; i < rank; i++) {
      const factor = scale * b[r * rank + i];
      for (let c = 0; c < cols; c++) row[c] += factor * a[i * cols + c];
    }
    for (let c = 0; c < cols; c++) w[r * cols + c] += row[c];
  }
}

function* lazily<T, U>(values: Iterable<T>, change: (value: T) => U): Generator<U> {
  for (const value of values) yield change(value);
}
