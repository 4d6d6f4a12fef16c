/** Every tensor type in a whole model: what is computed on its quantized blocks, and what on their values as floats. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../compute/backend";
import { RandomStream, seedKey } from "../../kernels/random/random";
import { floatToHalf } from "../gguf/float16";
import type { LlamaConfig } from "../gguf/llama_config";
import { modelConfig } from "../gguf/model_config";
import { encodeTensor } from "../gguf/quantize";
import { readGguf, type GgufTensor } from "../gguf/read_gguf";
import { readableTypes, tensorTypes, type TensorType } from "../gguf/tensor_type";
import { tinyConfig, tinyModel } from "../gguf/testing";
import { toFloat32 } from "../gguf/to_float32";
import { writeGguf } from "../gguf/write_gguf";
import { LlamaPolicy } from "../llama_policy";
import { allProjections } from "../lora";
import { fileWeights } from "../model_file";

/** Rows of 256: K types have blocks of that many. */
const config: LlamaConfig = { ...tinyConfig, layers: 1, dim: 256, headDim: 64, ffnDim: 256 };

/** Where the f16 scales of a block are; everything else in it may be any bytes. */
const scalesAt: Partial<Record<TensorType, readonly number[]>> = {
  ...{ Q4_0: [0], Q4_1: [0, 2], Q5_0: [0], Q5_1: [0, 2], Q8_0: [0], IQ4_NL: [0] },
  ...{ Q2_K: [80, 82], Q3_K: [108], Q4_K: [0, 2], Q5_K: [0, 2], Q6_K: [208] },
};

/** What the largest product of integers and scales inside a block comes to, about. */
const reach: Partial<Record<TensorType, number>> = { Q3_K: 128, Q4_K: 945, Q5_K: 1953, Q6_K: 4096, Q2_K: 45, Q8_0: 128, IQ4_NL: 127 }; // prettier-ignore

function randomTensor(tensor: GgufTensor, type: TensorType, stream: RandomStream): GgufTensor {
  if (tensor.rows === 1) return tensor;
  const values = toFloat32(tensor);
  if (type === "F32" || type === "F16") return encodeTensor(tensor.name, type, tensor.dims, values);
  const { block, bytes: stride } = tensorTypes[type];
  const bytes = new Uint8Array((values.length / block) * stride);
  if (type === "BF16") {
    const upper = new Uint16Array(new Uint32Array(values.buffer.slice(0)).map((word) => word >>> 16));
    return { ...tensor, type, bytes: new Uint8Array(upper.buffer) };
  }
  for (let i = 0; i < bytes.length; i++) bytes[i] = stream.integer(256);
  const view = new DataView(bytes.buffer);
  const scale = 0.2 / (reach[type] ?? 16);
  for (let at = 0; at < bytes.length; at += stride)
    for (const field of scalesAt[type]!)
      view.setUint16(at + field, floatToHalf(scale * (0.5 + stream.unit())), true);
  return { ...tensor, type, bytes };
}

/** Describes the types on one backend. */
export function describeTypes(name: string, open: () => Promise<Backend>): void {
  describe(`${name}: a model of type`, () => {
    // One for all: what takes time on a GPU is to compile.
    let backend: Backend;
    beforeAll(async () => {
      backend = await open();
    });
    afterAll(() => backend.destroy());

    test.each(readableTypes)("%s computes what its values as floats compute", async (type) => {
      const { metadata, tensors } = tinyModel(config, "F16");
      const stream = RandomStream.of(2, type);
      const own = [...tensors.values()].map((tensor) => randomTensor(tensor, type, stream));
      const floats = own.map((tensor) => encodeTensor(tensor.name, "F32", tensor.dims, toFloat32(tensor)));
      const [quantized, plain] = [await measure(own), await measure(floats)];
      expect(quantized.type).toBe(type);
      quantized.logprobs.forEach((p, t) => expect(Math.abs(p - plain.logprobs[t])).toBeLessThan(1e-3));
      expect(Math.max(...plain.logprobs.map(Math.abs))).toBeGreaterThan(1);
      const [size, difference] = [norm(plain.gradients), distance(quantized.gradients, plain.gradients)];
      expect(size).toBeGreaterThan(0);
      expect(difference / size).toBeLessThan(1e-3);

      async function measure(kind: readonly GgufTensor[]) {
        const file = readGguf(writeGguf({ metadata, tensors: kind }));
        const read = modelConfig(file);
        const policy = new LlamaPolicy(backend, read, fileWeights(file, read), {
          training: { mode: "lora", lora: { rank: 4, alpha: 8, targets: allProjections }, key: seedKey(3) },
          ...{ endIds: new Set<number>(), floatWeights: false },
        });
        const ids = [3, 17, 5, 29, 11, 2, 38, 7];
        const [[scores]] = await policy.backward([{ prompt: [], branches: [ids] }], () =>
          new Array<number>(ids.length - 1).fill(1),
        );
        const gradients = await policy.readGradients();
        return {
          type: file.tensors.get("blk.0.attn_q.weight")!.type,
          logprobs: [...scores.logprobs],
          gradients,
        };
      }
    });
  });
}

const norm = (values: Float32Array) => Math.hypot(...values);
const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]));
