import type { ByteWriter } from "./byte_writer";
import { idOfValueType } from "./value";
import type { GgufArray, GgufValue } from "./value";

/** Writes one metadata value: its type id and what follows. The reverse of `readValue`. */
export function writeValue(writer: ByteWriter, value: GgufValue): void {
  writer.number("uint32", idOfValueType(value.type));
  switch (value.type) {
    case "array":
      return writeArray(writer, value);
    case "string":
      return writer.string(value.value);
    case "bool":
      return writer.number("uint8", value.value ? 1 : 0);
    case "uint64":
    case "int64":
      return writer.bigint(value.type, value.value);
    default:
      return writer.number(value.type, value.value);
  }
}

function writeArray(writer: ByteWriter, array: GgufArray): void {
  writer.number("uint32", idOfValueType(array.of));
  writer.size(array.values.length);
  switch (array.of) {
    case "array":
      return array.values.forEach((inner) => writeArray(writer, inner));
    case "string":
      return array.values.forEach((text) => writer.string(text));
    case "bool":
      return array.values.forEach((value) => writer.number("uint8", value ? 1 : 0));
    default:
      // Typed arrays hold their numbers as the file does: little-endian on every machine that runs a browser.
      return writer.bytes(
        new Uint8Array(array.values.buffer, array.values.byteOffset, array.values.byteLength),
      );
  }
}
