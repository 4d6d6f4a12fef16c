import { HerlError } from "../../errors";
import { readGgufHeader } from "./header";
import type { TensorType } from "./tensor_type";
import type { GgufMetadata } from "./value";

/** A tensor with its data, as stored. `toFloat32` and `repack` turn it into numbers. */
export interface GgufTensor {
  readonly name: string;
  readonly type: TensorType;
  /** Sizes as the file has them: the fastest-running first. */
  readonly dims: readonly number[];
  /** As a row-major matrix; a vector is one row. */
  readonly rows: number;
  readonly cols: number;
  /** rows × cols elements in the type's blocks; a view of the file, not a copy. */
  readonly bytes: Uint8Array;
}

export interface GgufFile {
  readonly version: 2 | 3;
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** Reads a whole GGUF file from memory. Nothing is copied but metadata. Errors as `readGgufHeader`. */
export function readGguf(bytes: Uint8Array): GgufFile {
  const { version, metadata, tensors, dataOffset } = readGgufHeader(bytes);
  const withData = new Map<string, GgufTensor>();
  for (const [name, { type, dims, rows, cols, offset, byteLength }] of tensors) {
    const start = dataOffset + offset;
    withData.set(name, { name, type, dims, rows, cols, bytes: bytes.subarray(start, start + byteLength) });
  }
  return { version, metadata, tensors: withData };
}

/** The tensor of that name; raises GGUF_TENSOR_MISSING. */
export function requireTensor(file: GgufFile, name: string): GgufTensor {
  const tensor = file.tensors.get(name);
  if (tensor) return tensor;
  throw new HerlError(
    "GGUF_TENSOR_MISSING",
    `The model file has no tensor ${name}`,
    "Choose a complete file of the model: one that is split in parts must be merged first.",
  );
}
