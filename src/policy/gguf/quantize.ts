import { HerlError } from "../../errors";
import { floatToHalf } from "./float16";
import type { GgufTensor } from "./read_gguf";
import { matrixShape } from "./tensor_info";
import { tensorTypes } from "./tensor_type";

/** The types that can be written. */
export type WritableType = "F32" | "F16" | "Q8_0" | "Q4_0" | "Q4_1";

const { fround } = Math;

/**
 * A tensor of the given type that holds `values`, as near as the type allows: the same bytes as GGML's reference
 * quantizers make. `dims` are the sizes with the fastest-running first: [cols] or [cols, rows].
 * Raises GGUF_TENSOR_SHAPE where they do not fit the type or the values, and GGUF_TENSOR_TYPE for a value that
 * the type cannot hold (not finite, or a scale beyond f16).
 */
export function encodeTensor(
  name: string,
  type: WritableType,
  dims: readonly number[],
  values: Float32Array,
): GgufTensor {
  const { rows, cols, byteLength } = matrixShape(name, type, dims);
  if (rows * cols !== values.length) {
    throw new HerlError(
      "GGUF_TENSOR_SHAPE",
      `Tensor ${name} of shape [${dims.join(", ")}] was given ${values.length} values`,
      "Report this: the writer of the file is wrong.",
    );
  }
  const bytes = new Uint8Array(byteLength);
  const view = new DataView(bytes.buffer);
  const { block, bytes: stride } = tensorTypes[type];
  const encode = encoders[type];
  for (let i = 0; i * block < values.length; i++) {
    const scale = encode(values.subarray(i * block, (i + 1) * block), view, i * stride);
    if (!Number.isFinite(scale) || (type !== "F32" && Math.abs(scale) >= 65520))
      throw unrepresentable(name, type);
  }
  return { name, type, dims, rows, cols, bytes };
}

/** Write one block at a byte offset and return the largest number that went into a float: NaN stays NaN. */
const encoders: Record<WritableType, (block: Float32Array, view: DataView, at: number) => number> = {
  F32([value], view, at) {
    view.setFloat32(at, value, true);
    return value;
  },

  F16([value], view, at) {
    view.setUint16(at, floatToHalf(value), true);
    return value;
  },

  /** q = round(x / d) with d = max |x| / 127, halves away from zero. */
  Q8_0(block, view, at) {
    const scale = fround(maxMagnitude(block) / 127);
    const inverse = reciprocal(scale);
    view.setUint16(at, floatToHalf(scale), true);
    for (let i = 0; i < 32; i++) {
      const steps = fround(block[i] * inverse);
      view.setInt8(at + 2 + i, steps < 0 ? -Math.floor(0.5 - steps) : Math.floor(steps + 0.5));
    }
    return scale;
  },

  /** q = trunc(x / d + 8.5) with d = m / −8, where m is the value of largest magnitude: it becomes q = 0. */
  Q4_0(block, view, at) {
    const magnitude = maxMagnitude(block);
    // Adding 0 turns −0 into 0, which is what the reference starts from in a block of zeros.
    const extreme = (block.find((value) => Math.abs(value) === magnitude) ?? NaN) + 0;
    const scale = fround(extreme / -8);
    const inverse = reciprocal(scale);
    view.setUint16(at, floatToHalf(scale), true);
    setNibbles(view, at + 2, (i) => fround(fround(block[i] * inverse) + 8.5));
    return scale;
  },

  /** q = trunc((x − m) / d + 0.5) with m = min x and d = (max x − m) / 15. */
  Q4_1(block, view, at) {
    const minimum = block.reduce((least, value) => Math.min(least, value));
    const maximum = block.reduce((most, value) => Math.max(most, value));
    const scale = fround(fround(maximum - minimum) / 15);
    const inverse = reciprocal(scale);
    view.setUint16(at, floatToHalf(scale), true);
    view.setUint16(at + 2, floatToHalf(minimum), true);
    setNibbles(view, at + 4, (i) => fround(fround(fround(block[i] - minimum) * inverse) + 0.5));
    return Math.max(scale, Math.abs(minimum));
  },
};

/** 16 bytes: element j in the low nibble of byte j, element j + 16 in its high nibble. */
function setNibbles(view: DataView, at: number, steps: (i: number) => number): void {
  const nibble = (i: number) => Math.min(15, Math.trunc(steps(i)));
  for (let j = 0; j < 16; j++) view.setUint8(at + j, nibble(j) | (nibble(j + 16) << 4));
}

/** Math.max gives NaN for a block with a NaN in it, which the caller refuses. */
const maxMagnitude = (block: Float32Array) =>
  block.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** 1 / scale, or 0 where that is beyond f32: the f16 scale is 0 then too, and so are all values. */
function reciprocal(scale: number): number {
  const inverse = scale === 0 ? 0 : fround(1 / scale);
  return Number.isFinite(inverse) ? inverse : 0;
}

function unrepresentable(name: string, type: WritableType): HerlError {
  return new HerlError(
    "GGUF_TENSOR_TYPE",
    `Tensor ${name} holds a value that ${type} cannot represent`,
    "If training has diverged, go back to an earlier checkpoint; else write the tensor as F32.",
  );
}
