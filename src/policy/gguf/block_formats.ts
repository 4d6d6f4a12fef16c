import type { TensorType } from "./tensor_type";
import { halfToFloat } from "./float16";

/**
 * How a block-quantized type of GGML becomes integers with a scale, and perhaps an offset, for every group of them
 * (`QuantizedData`). Each step is GGML's reference code (`dequantize_row_*` in ggml-quants.c) in f32, rounded once where
 * that rounds once, so that nothing is lost or changed.
 */
export interface BlockFormat {
  /** Elements of a block, consecutive in a row. */
  readonly elements: 32 | 256;
  readonly bits: 4 | 8;
  /** What nibbles are above their values. */
  readonly zero: 0 | 8;
  /** Elements with a scale of their own. */
  readonly group: 16 | 32;
  readonly hasOffsets: boolean;
  /** Reads the block at `at`: its integers to `out.integers`, scales and offsets from index `out.group` on. */
  unpack(bytes: Uint8Array, at: number, out: Unpacked): void;
}

export interface Unpacked {
  /** As many as a block has elements. */
  readonly integers: Int8Array;
  readonly scales: Float32Array;
  /** Empty where the format has none. */
  readonly offsets: Float32Array;
  group: number;
}

const { fround } = Math;
const half = (bytes: Uint8Array, at: number): number => halfToFloat(bytes[at] | (bytes[at + 1] << 8));
const signed = (byte: number): number => (byte << 24) >> 24;

/** Low nibbles of sixteen bytes, then the high ones: the order of all formats with blocks of 32. */
function nibbles(bytes: Uint8Array, at: number, out: Int8Array): void {
  for (let j = 0; j < 16; j++) {
    out[j] = bytes[at + j] & 15;
    out[j + 16] = bytes[at + j] >> 4;
  }
}

/** The fifth bits of a block of 32 (`qh`), above its nibbles. */
function fifthBits(bytes: Uint8Array, at: number, out: Int8Array): void {
  for (let j = 0; j < 32; j++) out[j] |= ((bytes[at + (j >> 3)] >> (j & 7)) & 1) << 4;
}

/** f16 d, u32 of fifth bits, nibbles: (q − 16) · d. */
const q5_0: BlockFormat = {
  ...{ elements: 32, bits: 8, zero: 0, group: 32, hasOffsets: false },
  unpack(bytes, at, { integers, scales, group }) {
    scales[group] = half(bytes, at);
    nibbles(bytes, at + 6, integers);
    fifthBits(bytes, at + 2, integers);
    for (let j = 0; j < 32; j++) integers[j] -= 16;
  },
};

/** f16 d, f16 m, u32 of fifth bits, nibbles: q · d + m. */
const q5_1: BlockFormat = {
  ...{ elements: 32, bits: 8, zero: 0, group: 32, hasOffsets: true },
  unpack(bytes, at, { integers, scales, offsets, group }) {
    scales[group] = half(bytes, at);
    offsets[group] = half(bytes, at + 2);
    nibbles(bytes, at + 8, integers);
    fifthBits(bytes, at + 4, integers);
  },
};

/** The sixteen values that a nibble of IQ4_NL stands for. */
const nonLinear = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

/** f16 d, nibbles: values[q] · d. */
const iq4_nl: BlockFormat = {
  ...{ elements: 32, bits: 8, zero: 0, group: 32, hasOffsets: false },
  unpack(bytes, at, { integers, scales, group }) {
    scales[group] = half(bytes, at);
    nibbles(bytes, at + 2, integers);
    for (let j = 0; j < 32; j++) integers[j] = nonLinear[integers[j]];
  },
};

/** Sixteen bytes of a 4-bit scale and a 4-bit minimum, 64 bytes of 2-bit integers, f16 d, f16 dmin. */
const q2_k: BlockFormat = {
  ...{ elements: 256, bits: 4, zero: 0, group: 16, hasOffsets: true },
  unpack(bytes, at, { integers, scales, offsets, group }) {
    const d = half(bytes, at + 80);
    const dMin = half(bytes, at + 82);
    for (let g = 0; g < 16; g++) {
      scales[group + g] = fround(d * (bytes[at + g] & 15));
      offsets[group + g] = -fround(dMin * (bytes[at + g] >> 4));
    }
    for (let i = 0; i < 256; i++) integers[i] = twoBits(bytes, at + 16, i);
  },
};

/** Element `i` of 2-bit integers as K-formats keep them: in halves of 128, each byte has elements 32 apart. */
const twoBits = (bytes: Uint8Array, at: number, i: number): number =>
  (bytes[at + (i >> 7) * 32 + (i & 31)] >> (((i >> 5) & 3) * 2)) & 3;

/** 32 bytes of third bits (set: no 4 is taken off), 64 of 2-bit integers, twelve of 6-bit scales, f16 d. */
const q3_k: BlockFormat = {
  ...{ elements: 256, bits: 4, zero: 8, group: 16, hasOffsets: false },
  unpack(bytes, at, { integers, scales, group }) {
    const d = half(bytes, at + 108);
    for (let g = 0; g < 16; g++) {
      const low = (bytes[at + 96 + (g & 7)] >> (g < 8 ? 0 : 4)) & 15;
      const high = (bytes[at + 104 + (g & 3)] >> ((g >> 2) * 2)) & 3;
      scales[group + g] = fround(d * ((low | (high << 4)) - 32));
    }
    for (let i = 0; i < 256; i++) {
      const third = (bytes[at + (i & 31)] >> (i >> 5)) & 1;
      integers[i] = twoBits(bytes, at + 32, i) - (third ? 0 : 4);
    }
  },
};

/** Scales and minima of Q4_K and Q5_K: eight of each, six bits a number, in twelve bytes after f16 d and f16 dmin. */
function sixBitPairs(bytes: Uint8Array, at: number, { scales, offsets, group }: Unpacked): void {
  const d = half(bytes, at);
  const dMin = half(bytes, at + 2);
  const s = at + 4;
  for (let g = 0; g < 8; g++) {
    const scale = g < 4 ? bytes[s + g] & 63 : (bytes[s + g + 4] & 15) | ((bytes[s + g - 4] >> 6) << 4);
    const minimum = g < 4 ? bytes[s + g + 4] & 63 : (bytes[s + g + 4] >> 4) | ((bytes[s + g] >> 6) << 4);
    scales[group + g] = fround(d * scale);
    offsets[group + g] = -fround(dMin * minimum);
  }
}

/** Element `i` of the nibbles of Q4_K and Q5_K: of 64 elements, the first half are the low ones of 32 bytes. */
const kNibble = (bytes: Uint8Array, at: number, i: number): number =>
  (bytes[at + (i >> 6) * 32 + (i & 31)] >> (i & 32 ? 4 : 0)) & 15;

const q4_k: BlockFormat = {
  ...{ elements: 256, bits: 4, zero: 0, group: 32, hasOffsets: true },
  unpack(bytes, at, out) {
    sixBitPairs(bytes, at, out);
    for (let i = 0; i < 256; i++) out.integers[i] = kNibble(bytes, at + 16, i);
  },
};

/** As Q4_K, with 32 bytes of fifth bits in front of the nibbles: bit g of byte l is of element l of group g. */
const q5_k: BlockFormat = {
  ...{ elements: 256, bits: 8, zero: 0, group: 32, hasOffsets: true },
  unpack(bytes, at, out) {
    sixBitPairs(bytes, at, out);
    for (let i = 0; i < 256; i++) {
      const fifth = (bytes[at + 16 + (i & 31)] >> (i >> 5)) & 1;
      out.integers[i] = kNibble(bytes, at + 48, i) | (fifth << 4);
    }
  },
};

/** 128 bytes of low nibbles, 64 of upper bits, sixteen signed scales, f16 d: d · scale · (q − 32). */
const q6_k: BlockFormat = {
  ...{ elements: 256, bits: 8, zero: 0, group: 16, hasOffsets: false },
  unpack(bytes, at, { integers, scales, group }) {
    const d = half(bytes, at + 208);
    for (let g = 0; g < 16; g++) scales[group + g] = fround(d * signed(bytes[at + 192 + g]));
    for (let i = 0; i < 256; i++) {
      const [part, quarter, l] = [i >> 7, (i >> 5) & 3, i & 31];
      const byte = bytes[at + part * 64 + (quarter & 1) * 32 + l];
      const low = quarter < 2 ? byte & 15 : byte >> 4;
      const high = (bytes[at + 128 + part * 32 + l] >> (quarter * 2)) & 3;
      integers[i] = (low | (high << 4)) - 32;
    }
  },
};

/** By type; Q8_0, Q4_0 and Q4_1 have ways of their own, a word at a time (`repack.ts`). */
export const blockFormats = {
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q2_K: q2_k,
  Q3_K: q3_k,
  Q4_K: q4_k,
  Q5_K: q5_k,
  Q6_K: q6_k,
  IQ4_NL: iq4_nl,
} as const satisfies Partial<Record<TensorType, BlockFormat>>;
