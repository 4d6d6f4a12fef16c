import { bigintTypes, numberTypes } from "./value";
import type { BigintType, NumberType } from "./value";

const utf8 = new TextEncoder();

/** Appends little-endian values to a buffer that doubles as it fills. */
export class ByteWriter {
  private buffer = new Uint8Array(1024);
  private length = 0;

  /** Raises RangeError where an integer type cannot hold the value, rather than write another one. */
  number(type: NumberType, value: number): void {
    const stored = numberTypes[type].array.of(value);
    const isFloat = type === "float32" || type === "float64";
    if (!isFloat && stored[0] !== value) throw new RangeError(`${value} is no ${type}`);
    this.bytes(new Uint8Array(stored.buffer));
  }

  bigint(type: BigintType, value: bigint): void {
    const stored = bigintTypes[type].array.of(value);
    if (stored[0] !== value) throw new RangeError(`${value} is no ${type}`);
    this.bytes(new Uint8Array(stored.buffer));
  }

  /** A non-negative safe integer as a u64. */
  size(value: number): void {
    this.bigint("uint64", BigInt(value));
  }

  /** A u64 length and the UTF-8 of a string; lone surrogates become U+FFFD. */
  string(text: string): void {
    const bytes = utf8.encode(text);
    this.size(bytes.length);
    this.bytes(bytes);
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Zeros up to the next multiple of `alignment`. */
  pad(alignment: number): void {
    const padding = (alignment - (this.length % alignment)) % alignment;
    this.bytes(new Uint8Array(padding));
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + more));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}
