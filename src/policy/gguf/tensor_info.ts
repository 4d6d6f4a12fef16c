import { HerlError } from "../../errors";
import type { ByteCursor } from "./byte_cursor";
import { chooseReadable, removedTensorTypes, tensorBytes, tensorTypeOfId, tensorTypes } from "./tensor_type";
import type { TensorType } from "./tensor_type";

/** What a GGUF header says about one tensor. */
export interface TensorInfo {
  readonly name: string;
  readonly type: TensorType;
  /** Sizes as the file has them: the fastest-running first. One to four. */
  readonly dims: readonly number[];
  /** As a row-major matrix: `cols` is the first dimension, `rows` the product of the others. */
  readonly rows: number;
  readonly cols: number;
  /** In bytes from the start of the tensor data; a multiple of the file's alignment. */
  readonly offset: number;
  readonly byteLength: number;
}

/** The fewest bytes a tensor's entry can take: an empty name, one dimension, type and offset. */
export const smallestTensorInfo = 8 + 4 + 8 + 4 + 8;

/** Reads one entry of the tensor list. Whether its data lie inside the file is for the caller to check. */
export function readTensorInfo(cursor: ByteCursor): TensorInfo {
  const name = cursor.name("the name of a tensor");
  const what = `the entry of tensor ${name}`;
  const dimensions = cursor.number("uint32", what);
  if (dimensions < 1 || dimensions > 4) {
    throw wrongShape(`Tensor ${name} has ${dimensions} dimensions; there are 1 to 4`);
  }
  const dims: number[] = [];
  for (let i = 0; i < dimensions; i++) dims.push(cursor.size(what));
  const type = readTensorType(cursor, name);
  const offset = cursor.size(what);
  return { name, type, offset, ...matrixShape(name, type, dims) };
}

/** Rows, columns and bytes of a tensor of these sizes; raises GGUF_TENSOR_SHAPE where there can be none such. */
export function matrixShape(name: string, type: TensorType, dims: readonly number[]) {
  const shown = `[${dims.join(", ")}]`;
  const elements = dims.reduce((product, size) => product * size, 1);
  if (dims.some((size) => size < 1)) throw wrongShape(`Tensor ${name} has an empty shape ${shown}`);
  // A product that is a safe integer was never rounded on the way: every factor is at least 1.
  if (!Number.isSafeInteger(elements * tensorTypes[type].bytes)) {
    throw wrongShape(`Tensor ${name} claims the impossible size ${shown}`);
  }
  const cols = dims[0];
  if (cols % tensorTypes[type].block !== 0) {
    throw wrongShape(
      `Tensor ${name} has rows of ${cols}, and ${type} needs multiples of ${tensorTypes[type].block}`,
    );
  }
  return { dims, rows: elements / cols, cols, byteLength: tensorBytes(type, elements) };
}

function readTensorType(cursor: ByteCursor, name: string): TensorType {
  const id = cursor.number("uint32", `the type of tensor ${name}`);
  const type = tensorTypeOfId(id);
  if (type) return type;
  const removed = removedTensorTypes.get(id);
  throw new HerlError(
    "GGUF_TENSOR_TYPE",
    removed
      ? `Tensor ${name} is ${removed}, a type that GGML has removed`
      : `Tensor ${name} has type ${id}, which is not known`,
    chooseReadable,
  );
}

function wrongShape(what: string): HerlError {
  return new HerlError("GGUF_TENSOR_SHAPE", what, "The file is damaged; get it again from its source.");
}
