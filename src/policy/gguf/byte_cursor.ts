import { HerlError } from "../../errors";
import { bigintTypes, numberTypes } from "./value";
import type { BigintType, NumberType } from "./value";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const strictUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/**
 * Reads little-endian values from the head of a file, one after another. Nothing is read or allocated before the
 * bytes are known to be there: a length that does not fit raises GGUF_TRUNCATED, whatever it claims.
 */
export class ByteCursor {
  position = 0;
  /** The size of the whole file, of which `bytes` may be the head only. */
  readonly fileSize: number;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, fileSize: number) {
    this.bytes = bytes;
    this.fileSize = fileSize;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number(type: NumberType, what: string): number {
    const at = this.take(numberTypes[type].bytes, what);
    switch (type) {
      case "uint8":
        return this.view.getUint8(at);
      case "int8":
        return this.view.getInt8(at);
      case "uint16":
        return this.view.getUint16(at, true);
      case "int16":
        return this.view.getInt16(at, true);
      case "uint32":
        return this.view.getUint32(at, true);
      case "int32":
        return this.view.getInt32(at, true);
      case "float32":
        return this.view.getFloat32(at, true);
      case "float64":
        return this.view.getFloat64(at, true);
    }
  }

  bigint(type: BigintType, what: string): bigint {
    const at = this.take(bigintTypes[type].bytes, what);
    return type === "uint64" ? this.view.getBigUint64(at, true) : this.view.getBigInt64(at, true);
  }

  /** A u64 as a number: exact up to 2^53, rounded above, where no size or offset of a file can lie. */
  size(what: string): number {
    const at = this.take(8, what);
    return this.view.getUint32(at + 4, true) * 0x100000000 + this.view.getUint32(at, true);
  }

  /** A u64 count of things that take at least `smallest` bytes each, checked against what is left of the file. */
  count(smallest: number, what: string): number {
    const count = this.size(what);
    if (count * smallest > this.fileSize - this.position) {
      throw truncated(`${count} ${what}`, count * smallest, this.position, this.fileSize);
    }
    return count;
  }

  /** A u64 length and as many bytes of UTF-8. Bytes that are no UTF-8 become U+FFFD. */
  string(what: string): string {
    return utf8.decode(this.stringBytes(what));
  }

  /** As `string`, for names, which must be valid UTF-8: two names must not become one. */
  name(what: string): string {
    const at = this.position;
    try {
      return strictUtf8.decode(this.stringBytes(what));
    } catch (error) {
      if (error instanceof HerlError) throw error;
      throw new HerlError(
        "GGUF_HEADER",
        `${what} at byte ${at} is not valid UTF-8`,
        "The file is damaged or not made by a GGUF writer; get it again from its source.",
      );
    }
  }

  /** A copy of the next `length` bytes, in a buffer of its own. */
  copy(length: number, what: string): Uint8Array<ArrayBuffer> {
    const at = this.take(length, what);
    return new Uint8Array(this.bytes.subarray(at, at + length));
  }

  private stringBytes(what: string): Uint8Array {
    const length = this.size(what);
    const at = this.take(length, what);
    return this.bytes.subarray(at, at + length);
  }

  private take(length: number, what: string): number {
    const at = this.position;
    if (length > this.bytes.length - at) throw truncated(what, length, at, this.bytes.length);
    this.position = at + length;
    return at;
  }
}

function truncated(what: string, needed: number, at: number, size: number): HerlError {
  return new HerlError(
    "GGUF_TRUNCATED",
    `The model file ends too early: ${what} at byte ${at} would take ${needed} bytes, and ${size - at} are left`,
    "Get the file again and compare its size with the one its source states.",
  );
}
