import { HerlError } from "../../errors";
import { isByteSource, memorySource, type ByteSource } from "./byte_source";
import { readGgufHeader, type GgufHeader } from "./header";
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
  /** rows × cols elements in the type's blocks, read when they are asked for; in memory a view of the file, not a copy. */
  readonly bytes: Uint8Array;
}

export interface GgufFile {
  readonly version: 2 | 3;
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/**
 * Reads a GGUF file: its head at once, the data of a tensor whenever its `bytes` are asked for. Errors as
 * `readGgufHeader`.
 */
export function readGguf(file: Uint8Array | ByteSource): GgufFile {
  const source = isByteSource(file) ? file : memorySource(file);
  const { version, metadata, tensors, dataOffset } = readHead(source);
  const withData = new Map<string, GgufTensor>();
  for (const [name, { type, dims, rows, cols, offset, byteLength }] of tensors) {
    withData.set(name, {
      ...{ name, type, dims, rows, cols },
      get bytes() {
        return source.read(dataOffset + offset, byteLength);
      },
    });
  }
  return { version, metadata, tensors: withData };
}

/** As much of a file as is read at first: the vocabularies of most models fit. */
const firstRead = 4_194_304;

/** Reads a head whose length nobody knows beforehand. */
function readHead({ size, read }: ByteSource): GgufHeader {
  for (let length = Math.min(firstRead, size); ; length = Math.min(2 * length, size)) {
    try {
      return readGgufHeader(read(0, length), size);
    } catch (error) {
      const isCut = error instanceof HerlError && error.code === "GGUF_TRUNCATED";
      if (!isCut || length === size) throw error;
    }
  }
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
