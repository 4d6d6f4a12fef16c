import { HerlError } from "../../errors";
import type { ByteCursor } from "./byte_cursor";
import { bigintTypes, isBigintType, isNumberType, numberTypes, valueTypeOfId } from "./value";
import type { GgufArray, GgufValue, ValueType } from "./value";

/** Arrays of arrays are allowed by the specification and used by nobody; deeper than this is an attack. */
const deepestArray = 8;

/** Reads one metadata value: its type id and what follows. `key` is for messages. */
export function readValue(cursor: ByteCursor, key: string): GgufValue {
  const what = `the value of ${key}`;
  const type = readType(cursor, key);
  if (isNumberType(type)) return { type, value: cursor.number(type, what) };
  if (isBigintType(type)) return { type, value: cursor.bigint(type, what) };
  if (type === "bool") return { type, value: readBool(cursor, key) };
  if (type === "string") return { type, value: cursor.string(what) };
  return readArray(cursor, key, 1);
}

function readArray(cursor: ByteCursor, key: string, depth: number): GgufArray {
  if (depth > deepestArray) {
    throw invalid(`The value of ${key} nests arrays more than ${deepestArray} deep`);
  }
  const of = readType(cursor, key);
  const what = `elements of ${key}`;
  const count = cursor.count(smallestBytes(of), what);
  if (isNumberType(of)) {
    const { bytes, array } = numberTypes[of];
    return { type: "array", of, values: new array(cursor.copy(count * bytes, what).buffer) };
  }
  if (isBigintType(of)) {
    const { bytes, array } = bigintTypes[of];
    return { type: "array", of, values: new array(cursor.copy(count * bytes, what).buffer) };
  }
  if (of === "bool") return { type: "array", of, values: repeat(count, () => readBool(cursor, key)) };
  if (of === "string") return { type: "array", of, values: repeat(count, () => cursor.string(what)) };
  return { type: "array", of, values: repeat(count, () => readArray(cursor, key, depth + 1)) };
}

function readType(cursor: ByteCursor, key: string): ValueType {
  const id = cursor.number("uint32", `the type of ${key}`);
  const type = valueTypeOfId(id);
  if (!type) throw invalid(`The value of ${key} has type ${id}, which the GGUF format does not know`);
  return type;
}

function readBool(cursor: ByteCursor, key: string): boolean {
  const byte = cursor.number("uint8", `the value of ${key}`);
  if (byte > 1) throw invalid(`The value of ${key} is a bool of ${byte}, neither 0 nor 1`);
  return byte === 1;
}

/** The fewest bytes that an element of an array can take in the file. */
function smallestBytes(type: ValueType): number {
  if (isNumberType(type)) return numberTypes[type].bytes;
  if (isBigintType(type)) return bigintTypes[type].bytes;
  return { bool: 1, string: 8, array: 12 }[type];
}

/** Grows with what is really read, so that a wrong count costs nothing before the file ends. */
function repeat<T>(count: number, read: () => T): T[] {
  const values: T[] = [];
  for (let i = 0; i < count; i++) values.push(read());
  return values;
}

function invalid(what: string): HerlError {
  return new HerlError(
    "GGUF_HEADER",
    what,
    "The file is damaged or newer than this reader; get it again, or a version 3 file.",
  );
}
