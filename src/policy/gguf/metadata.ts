import { HerlError } from "../../errors";
import { isNumberType } from "./value";
import type { GgufMetadata, GgufValue } from "./value";

/*
 * Typed access to metadata. A key that is absent gives undefined; one of another type raises GGUF_HEADER. Writers
 * differ in the widths they choose, so that any integer type will do where an integer is asked for.
 */

export function getString(metadata: GgufMetadata, key: string): string | undefined {
  const value = metadata.get(key);
  if (value === undefined || value.type === "string") return value?.value;
  throw wrongType(key, value, "a string");
}

export function getBool(metadata: GgufMetadata, key: string): boolean | undefined {
  const value = metadata.get(key);
  if (value === undefined || value.type === "bool") return value?.value;
  throw wrongType(key, value, "a bool");
}

/** A non-negative integer up to 2^53. */
export function getSize(metadata: GgufMetadata, key: string): number | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if ("value" in value && (typeof value.value === "number" || typeof value.value === "bigint")) {
    const size = Number(value.value);
    if (Number.isSafeInteger(size) && size >= 0) return size;
  }
  throw wrongType(key, value, "a non-negative integer");
}

export function getNumber(metadata: GgufMetadata, key: string): number | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if ("value" in value && typeof value.value === "number") return value.value;
  throw wrongType(key, value, "a number");
}

export function getStrings(metadata: GgufMetadata, key: string): readonly string[] | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (value.type === "array" && value.of === "string") return value.values;
  throw wrongType(key, value, "an array of strings");
}

export function getIntegers(metadata: GgufMetadata, key: string): ArrayLike<number> | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (value.type === "array" && isNumberType(value.of) && !value.of.startsWith("float")) {
    return value.values as ArrayLike<number>;
  }
  throw wrongType(key, value, "an array of integers");
}

function wrongType(key: string, value: GgufValue, expected: string): HerlError {
  const found = value.type === "array" ? `an array of ${value.of}` : `${value.type} ${value.value}`;
  return new HerlError(
    "GGUF_HEADER",
    `The metadata key ${key} is ${found.slice(0, 80)}, not ${expected}`,
    "The file does not follow the GGUF specification; get it from another source.",
  );
}
