import { sha256 as createSha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { HerlError } from "../errors";
import type { Numbers } from "../compute/backend";
import { chatTemplate } from "./chat_templates";
import type { LlamaConfig } from "./gguf/llama_config";
import { configMetadata, modelConfig } from "./gguf/model_config";
import { encodeTensor, type WritableType } from "./gguf/quantize";
import { isByteSource, memorySource, type ByteSource } from "./gguf/byte_source";
import { readGguf, requireTensor, type GgufFile, type GgufTensor } from "./gguf/read_gguf";
import { checkReadable, isRepackable, repack } from "./gguf/repack";
import { gatherQuantizedRows, gatherRows, halfSplitOrder, interleavedOrder } from "./gguf/rope_permutation";
import { toFloat32 } from "./gguf/to_float32";
import type { GgufMetadata, GgufValue } from "./gguf/value";
import { writeGguf } from "./gguf/write_gguf";
import { tensorNames, type HostWeight, type HostWeights } from "./llama/weights";
import { Tokenizer } from "./tokenizer/tokenizer";

/** A model as its file gives it, checked and ready for a backend. */
export interface ModelFile {
  /** SHA-256 of the file, in hexadecimal: what a manifest names. */
  readonly sha256: string;
  readonly config: LlamaConfig;
  readonly weights: HostWeights;
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: string;
  readonly metadata: GgufMetadata;
}

/**
 * Reads a GGUF model; its weights stay where they are until they are asked for. `sha256` is the file's, where it is known
 * already. Throws the errors of the format, the architecture and the tokenizer.
 */
export function readModel(bytes: Uint8Array | ByteSource, sha256?: string): ModelFile {
  const file = readGguf(bytes);
  const config = modelConfig(file);
  checkKernelSizes(config);
  return {
    sha256: sha256 ?? hashOfSource(isByteSource(bytes) ? bytes : memorySource(bytes)),
    config,
    weights: fileWeights(file, config),
    tokenizer: new Tokenizer(file.metadata),
    chatTemplate: chatTemplate(file.metadata),
    metadata: file.metadata,
  };
}

/** The kernels take four numbers at a time, and heads eight. Every published Llama model keeps to that. */
function checkKernelSizes({ dim, ffnDim, headDim, vocab }: LlamaConfig): void {
  for (const [what, size, unit] of [
    ["embedding length", dim, 4],
    ["feed-forward length", ffnDim, 4],
    ["head size", headDim, 8],
    ["vocabulary", vocab, 8],
  ] as const) {
    if (size % unit === 0) continue;
    throw new HerlError(
      "MODEL_CONFIG",
      `The model's ${what}, ${size}, is not a multiple of ${unit}`,
      "Choose another model, or pad this one when converting it to GGUF",
    );
  }
}

/** Files of architecture llama keep the rows of q and k in another order than the kernels (rope_permutation.ts). */
const isRotated = ({ architecture }: LlamaConfig, ggufName: string) =>
  architecture === "llama" && /\.attn_[qk]\.weight$/.test(ggufName);

/** Weights that are read from the file whenever they are asked for, so that a model is never in memory twice. */
export function fileWeights(file: GgufFile, config: LlamaConfig): HostWeights {
  const names = new Map([...tensorNames(config)].map(({ hf, gguf }) => [hf, gguf]));
  // What cannot be read is said before the first of them is uploaded.
  for (const gguf of names.values()) checkReadable(requireTensor(file, gguf));
  return {
    keys: () => names.keys(),
    has: (name) => names.has(name),
    get(name) {
      const gguf = names.get(name);
      if (gguf === undefined) return undefined;
      const tensor = requireTensor(file, gguf);
      return readWeight(tensor, isRotated(config, gguf) ? halfSplitOrder(tensor.rows, config.headDim) : null);
    },
  };
}

/** Bytes that are hashed at a time. */
const hashChunk = 4_194_304;

/** SHA-256 of a whole source, in hexadecimal. */
function hashOfSource({ size, read }: ByteSource): string {
  const hash = createSha256.create();
  for (let at = 0; at < size; at += hashChunk) hash.update(read(at, Math.min(hashChunk, size - at)));
  return bytesToHex(hash.digest());
}

function readWeight(tensor: GgufTensor, order: Uint32Array | null): HostWeight {
  if (isRepackable(tensor.type)) {
    const data = repack(tensor);
    return order ? gatherQuantizedRows(data, order) : data;
  }
  const { rows, cols } = tensor;
  const floats = toFloat32(tensor);
  return { rows, cols, floats: order ? gatherRows(floats, cols, order) : floats };
}

/**
 * A GGUF file of a Llama model that llama.cpp reads too: matrices in `type`, gains of norms as floats.
 * `weights` are by Hugging Face names; `metadata` is everything beside the configuration (name, tokenizer, licence).
 */
export function writeModel(
  config: LlamaConfig,
  weights: ReadonlyMap<string, Numbers>,
  metadata: ReadonlyMap<string, GgufValue>,
  type: WritableType,
): Uint8Array {
  const tensors = [...tensorNames(config)].map(({ hf, gguf, shape: [rows, cols] }) => {
    const floats = weights.get(hf)!;
    const values = isRotated(config, gguf)
      ? gatherRows(floats, cols, interleavedOrder(rows, config.headDim))
      : floats;
    return rows === 1
      ? encodeTensor(gguf, "F32", [cols], values)
      : encodeTensor(gguf, type, [cols, rows], values);
  });
  return writeGguf({ metadata: new Map([...configMetadata(config), ...metadata]), tensors });
}
