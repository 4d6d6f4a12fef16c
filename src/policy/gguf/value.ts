/** Typed metadata values of a GGUF file (GGUF specification, "File Structure": `gguf_metadata_value_t`). */

/** Scalar types that a JavaScript number holds exactly. */
export const numberTypes = {
  uint8: { id: 0, bytes: 1, array: Uint8Array },
  int8: { id: 1, bytes: 1, array: Int8Array },
  uint16: { id: 2, bytes: 2, array: Uint16Array },
  int16: { id: 3, bytes: 2, array: Int16Array },
  uint32: { id: 4, bytes: 4, array: Uint32Array },
  int32: { id: 5, bytes: 4, array: Int32Array },
  float32: { id: 6, bytes: 4, array: Float32Array },
  float64: { id: 12, bytes: 8, array: Float64Array },
} as const;

/** Integers of 64 bits, kept as bigint so that nothing is rounded. */
export const bigintTypes = {
  uint64: { id: 10, bytes: 8, array: BigUint64Array },
  int64: { id: 11, bytes: 8, array: BigInt64Array },
} as const;

/** The types whose size is not fixed, and bool, which is one byte of 0 or 1. */
export const otherTypes = { bool: { id: 7 }, string: { id: 8 }, array: { id: 9 } } as const;

export type NumberType = keyof typeof numberTypes;
export type BigintType = keyof typeof bigintTypes;
export type ValueType = NumberType | BigintType | keyof typeof otherTypes;

export type NumberArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

export type GgufArray =
  | { readonly type: "array"; readonly of: NumberType; readonly values: NumberArray }
  | { readonly type: "array"; readonly of: BigintType; readonly values: BigUint64Array | BigInt64Array }
  | { readonly type: "array"; readonly of: "bool"; readonly values: readonly boolean[] }
  | { readonly type: "array"; readonly of: "string"; readonly values: readonly string[] }
  | { readonly type: "array"; readonly of: "array"; readonly values: readonly GgufArray[] };

export type GgufValue =
  | { readonly type: NumberType; readonly value: number }
  | { readonly type: BigintType; readonly value: bigint }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | GgufArray;

/** Key → value, in the order of the file. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

const allTypes = { ...numberTypes, ...bigintTypes, ...otherTypes };
const namesById = new Map(
  Object.entries(allTypes).map(([name, { id }]) => [id as number, name as ValueType]),
);

/** The name of a type id, or undefined where the specification has none. */
export const valueTypeOfId = (id: number): ValueType | undefined => namesById.get(id);

export const idOfValueType = (type: ValueType): number => allTypes[type].id;

export const isNumberType = (type: string): type is NumberType => Object.hasOwn(numberTypes, type);

export const isBigintType = (type: string): type is BigintType => Object.hasOwn(bigintTypes, type);

/** Values for writers of model files: `ggufValue.uint32(3)` for `{ type: "uint32", value: 3 }`. */
export const ggufValue = {
  uint32: (value: number): GgufValue => ({ type: "uint32", value }),
  float32: (value: number): GgufValue => ({ type: "float32", value: Math.fround(value) }),
  bool: (value: boolean): GgufValue => ({ type: "bool", value }),
  string: (value: string): GgufValue => ({ type: "string", value }),
  strings: (values: readonly string[]): GgufValue => ({ type: "array", of: "string", values }),
  int32s: (values: readonly number[]): GgufValue => ({
    type: "array",
    of: "int32",
    values: Int32Array.from(values),
  }),
};
