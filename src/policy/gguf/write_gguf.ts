import { HerlError } from "../../errors";
import { ByteWriter } from "./byte_writer";
import { alignmentOf, alignUp, magic } from "./header";
import type { GgufTensor } from "./read_gguf";
import { tensorTypes } from "./tensor_type";
import type { GgufMetadata } from "./value";
import { writeValue } from "./write_value";

/** GGML keeps tensor names in 64 bytes, the closing zero included. */
const longestName = 63;

/**
 * The bytes of a GGUF file, version 3, that `readGguf` and llama.cpp can read: metadata and tensors in the order
 * given, data aligned to 32 bytes or to `general.alignment` where the metadata have one.
 */
export function writeGguf(file: {
  readonly metadata: GgufMetadata;
  readonly tensors: Iterable<GgufTensor>;
}): Uint8Array<ArrayBuffer> {
  const tensors = [...file.tensors];
  checkNames(tensors);
  const alignment = alignmentOf(file.metadata);
  const writer = new ByteWriter();
  writer.number("uint32", magic);
  writer.number("uint32", 3);
  writer.size(tensors.length);
  writer.size(file.metadata.size);
  for (const [key, value] of file.metadata) {
    writer.string(key);
    writeValue(writer, value);
  }
  let offset = 0;
  for (const tensor of tensors) {
    writer.string(tensor.name);
    writer.number("uint32", tensor.dims.length);
    for (const size of tensor.dims) writer.size(size);
    writer.number("uint32", tensorTypes[tensor.type].id);
    writer.size(offset);
    offset = alignUp(offset + tensor.bytes.length, alignment);
  }
  for (const { bytes } of tensors) {
    writer.pad(alignment);
    writer.bytes(bytes);
  }
  writer.pad(alignment);
  return writer.finish();
}

function checkNames(tensors: readonly GgufTensor[]): void {
  const names = new Set<string>();
  for (const { name } of tensors) {
    const tooLong = new TextEncoder().encode(name).length > longestName;
    if (tooLong || names.has(name)) {
      throw new HerlError(
        "GGUF_HEADER",
        tooLong
          ? `The tensor name ${name} is longer than ${longestName} bytes`
          : `Two tensors are named ${name}`,
        "Name the tensors as llama.cpp does, such as blk.0.attn_q.weight.",
      );
    }
    names.add(name);
  }
}
