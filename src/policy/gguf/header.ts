/**
 * The header of a GGUF file, versions 2 and 3 (GGUF specification of the ggml project). Layout, little-endian:
 * "GGUF", u32 version, u64 tensor count, u64 metadata count, metadata (key, type, value), tensor entries (name,
 * dimensions, type, offset), padding to `general.alignment`, tensor data.
 */
import { HerlError } from "../../errors";
import { ByteCursor } from "./byte_cursor";
import { readValue } from "./read_value";
import { readTensorInfo, smallestTensorInfo } from "./tensor_info";
import type { TensorInfo } from "./tensor_info";
import type { GgufMetadata, GgufValue } from "./value";

export interface GgufHeader {
  readonly version: 2 | 3;
  readonly metadata: GgufMetadata;
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Tensor data start at multiples of this, in bytes. */
  readonly alignment: number;
  /** Where the tensor data start in the file. */
  readonly dataOffset: number;
}

export const magic = 0x46554747; // "GGUF", read as a little-endian word
const defaultAlignment = 32;

/** A key's length and type and the shortest value: the fewest bytes a metadata entry can take. */
const smallestEntry = 8 + 4 + 1;

/**
 * Reads and checks a header. `bytes` is the file, or enough of its head; `fileSize` the size of the whole. Where
 * the head is too short it raises GGUF_TRUNCATED, as it does for a file cut short; GGUF_MAGIC, GGUF_VERSION,
 * GGUF_HEADER, GGUF_TENSOR_TYPE and GGUF_TENSOR_SHAPE say what else is wrong.
 */
export function readGgufHeader(bytes: Uint8Array, fileSize = bytes.length): GgufHeader {
  const cursor = new ByteCursor(bytes, fileSize);
  if (cursor.number("uint32", "the magic number") !== magic) {
    throw new HerlError(
      "GGUF_MAGIC",
      'The file does not begin with "GGUF": it is no GGUF model file',
      "Choose a file with the ending .gguf; a page that says so may have been saved in its place.",
    );
  }
  const version = readVersion(cursor);
  const tensorCount = cursor.count(smallestTensorInfo, "tensors");
  const metadataCount = cursor.count(smallestEntry, "metadata entries");
  const metadata = readMetadata(cursor, metadataCount);
  const alignment = alignmentOf(metadata);
  const tensors = new Map<string, TensorInfo>();
  for (let i = 0; i < tensorCount; i++) {
    const tensor = readTensorInfo(cursor);
    if (tensors.has(tensor.name)) throw invalid(`Two tensors are named ${tensor.name}`);
    tensors.set(tensor.name, tensor);
  }
  const dataOffset = alignUp(cursor.position, alignment);
  checkPlacement([...tensors.values()], alignment, fileSize - dataOffset);
  return { version, metadata, tensors, alignment, dataOffset };
}

export const alignUp = (position: number, alignment: number): number =>
  Math.ceil(position / alignment) * alignment;

function readVersion(cursor: ByteCursor): 2 | 3 {
  const version = cursor.number("uint32", "the version");
  if (version === 2 || version === 3) return version;
  const bigEndian = version === 0x02000000 || version === 0x03000000;
  throw new HerlError(
    "GGUF_VERSION",
    bigEndian
      ? "The file is a big-endian GGUF file"
      : `The file is GGUF version ${version}; 2 and 3 can be read`,
    "Choose a little-endian GGUF file of version 3, or convert this one with llama.cpp's tools.",
  );
}

function readMetadata(cursor: ByteCursor, count: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = cursor.name("a metadata key");
    if (metadata.has(key)) throw invalid(`The metadata key ${key} occurs twice`);
    metadata.set(key, readValue(cursor, key));
  }
  return metadata;
}

/** The alignment that the metadata ask for, or the format's default; GGUF_HEADER if it is no power of two. */
export function alignmentOf(metadata: GgufMetadata): number {
  const value = metadata.get("general.alignment");
  if (value === undefined) return defaultAlignment;
  const alignment = value.type === "uint32" ? value.value : 0;
  // A power of two has one bit: taking one from it clears that bit and sets all below.
  if (alignment === 0 || (alignment & (alignment - 1)) !== 0) {
    throw invalid("general.alignment is not a power of two of type uint32");
  }
  return alignment;
}

/** Every tensor lies on a multiple of the alignment, inside the file, and on no other tensor. */
function checkPlacement(tensors: readonly TensorInfo[], alignment: number, dataBytes: number): void {
  let end = 0;
  let before = "";
  for (const tensor of [...tensors].sort((a, b) => a.offset - b.offset)) {
    const { name, offset, byteLength } = tensor;
    if (offset % alignment !== 0) {
      throw invalid(`Tensor ${name} is at offset ${offset}, which is not a multiple of ${alignment}`);
    }
    if (offset < end) throw invalid(`Tensors ${before} and ${name} overlap`);
    if (offset + byteLength > dataBytes) {
      throw new HerlError(
        "GGUF_TRUNCATED",
        `Tensor ${name} needs ${offset + byteLength} bytes of tensor data, and the file has ${Math.max(dataBytes, 0)}`,
        "Get the file again and compare its size with the one its source states.",
      );
    }
    end = offset + byteLength;
    before = name;
  }
}

function invalid(what: string): HerlError {
  return new HerlError("GGUF_HEADER", what, "The file is damaged; get it again from its source.");
}
