import { HerlError } from "../errors";

/** A matrix as a safetensors file holds it, as F32. */
export interface NamedMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly floats: Float32Array<ArrayBuffer>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * A safetensors file: the length of the header in 8 bytes (little-endian), the header as JSON, then the data.
 * https://github.com/huggingface/safetensors, "Format".
 */
export function writeSafetensors(matrices: ReadonlyMap<string, NamedMatrix>): Uint8Array<ArrayBuffer> {
  const header: Record<string, HeaderEntry> = {};
  let end = 0;
  for (const [name, { rows, cols }] of matrices) {
    header[name] = { dtype: "F32", shape: [rows, cols], data_offsets: [end, (end += rows * cols * 4)] };
  }
  // Padded with spaces so that the data are aligned to 8 bytes.
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const bytes = new Uint8Array(8 + text.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  for (const [name, { floats }] of matrices) {
    bytes.set(
      new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength),
      8 + text.length + header[name].data_offsets[0],
    );
  }
  return bytes;
}

/** Reads a safetensors file of F32 matrices. Throws FILE_FORMAT, naming what is wrong. */
export function readSafetensors(bytes: Uint8Array): Map<string, NamedMatrix> {
  if (bytes.length < 8) throw malformed("it is shorter than its header's length");
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > bytes.length - 8) throw malformed("its header is longer than the file");
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  const data = bytes.subarray(8 + headerLength);
  const matrices = new Map<string, NamedMatrix>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    matrices.set(name, readMatrix(name, entry, data));
  }
  return matrices;
}

function parseHeader(text: string): Record<string, HeaderEntry> {
  try {
    return JSON.parse(text) as Record<string, HeaderEntry>;
  } catch {
    throw malformed("its header is not JSON");
  }
}

function readMatrix(name: string, entry: HeaderEntry, data: Uint8Array): NamedMatrix {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (dtype !== "F32") throw malformed(`${name} is ${dtype}, not F32`);
  if (
    !Array.isArray(shape) ||
    shape.length !== 2 ||
    !shape.every((size) => Number.isInteger(size) && size > 0)
  )
    throw malformed(`${name} is not a matrix`);
  const [rows, cols] = shape as [number, number];
  const [start, end] = Array.isArray(offsets) ? offsets : [NaN, NaN];
  if (!(start >= 0 && end <= data.length && end - start === rows * cols * 4))
    throw malformed(`the data of ${name} do not fit its shape`);
  return { rows, cols, floats: new Float32Array(data.slice(start, end).buffer) };
}

const malformed = (what: string) =>
  new HerlError("FILE_FORMAT", `The safetensors file is malformed: ${what}`, "Export the adapter again");
