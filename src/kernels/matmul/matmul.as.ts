// Matrix products for the cpu backend (AssemblyScript, WebAssembly SIMD without the relaxed instructions, so that
// every engine computes the same bits).
//
//   out[m, n] = scale · Σ_k A[m, k] · B[k, n]  (+ out[m, n])
//
// The plan: eight columns of B are packed into a panel [k][8] that stays in the first-level cache (dequantized on
// the way); then four rows of A at a time run down the panel with their 4 × 8 results in eight registers. The sum
// over k has one fixed order, in blocks of BLOCK, whatever M and N.

const BLOCK: i32 = 512; // k per panel: 16 kB
const NT: i32 = 0; // A [M, K], B [N, K]: y = x Wᵀ
const NN: i32 = 1; // A [M, K], B [K, N]: dx = dy W
// and 2, TN: A [K, M], B [K, N]: dW = dyᵀ x

/** Transposes a 4 × 4 block (rows w0 … w3 along k) into four panel rows, 32 bytes apart. */
@inline
function storeTransposed(out: usize, w0: v128, w1: v128, w2: v128, w3: v128): void {
  const low01 = v128.shuffle<f32>(w0, w1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(w0, w1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(w2, w3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(w2, w3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(out, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
  v128.store(out, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
  v128.store(out, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
}

/**
 * Panel of `width` ≤ 8 rows of a row-major matrix with `cols` columns, columns k0 … k0 + kCount.
 * A panel that has fewer than 8 rows repeats its last one; those results are thrown away.
 */
function packRows(b: usize, cols: i32, n0: i32, width: i32, k0: i32, kCount: i32, panel: usize): void {
  const blocked = kCount & ~3;
  for (let r = 0; r < 8; r += 4, panel += 16) {
    const w0 = b + (<usize>(n0 + min(r, width - 1)) * cols + k0) * 4;
    const w1 = b + (<usize>(n0 + min(r + 1, width - 1)) * cols + k0) * 4;
    const w2 = b + (<usize>(n0 + min(r + 2, width - 1)) * cols + k0) * 4;
    const w3 = b + (<usize>(n0 + min(r + 3, width - 1)) * cols + k0) * 4;
    for (let k = 0; k < blocked; k += 4) {
      const at = <usize>k * 4;
      storeTransposed(panel + <usize>k * 32, v128.load(w0 + at), v128.load(w1 + at), v128.load(w2 + at), v128.load(w3 + at));
    }
    for (let k = blocked; k < kCount; k++) {
      const at = <usize>k * 4;
      store<f32>(panel + <usize>k * 32, load<f32>(w0 + at));
      store<f32>(panel + <usize>k * 32, load<f32>(w1 + at), 4);
      store<f32>(panel + <usize>k * 32, load<f32>(w2 + at), 8);
      store<f32>(panel + <usize>k * 32, load<f32>(w3 + at), 12);
    }
  }
}

/** Panel of `width` ≤ 8 columns of a row-major matrix with `cols` columns, rows k0 … k0 + kCount. */
function packColumns(b: usize, cols: i32, n0: i32, width: i32, k0: i32, kCount: i32, panel: usize): void {
  let at = b + (<usize>k0 * cols + n0) * 4;
  const rowBytes = <usize>cols * 4;
  if (width == 8) {
    for (let k = 0; k < kCount; k++, at += rowBytes, panel += 32) {
      v128.store(panel, v128.load(at));
      v128.store(panel, v128.load(at, 16), 16);
    }
    return;
  }
  memory.fill(panel, 0, <usize>kCount * 32);
  for (let k = 0; k < kCount; k++, at += rowBytes, panel += 32)
    for (let c = 0; c < width; c++) store<f32>(panel + <usize>c * 4, load<f32>(at + <usize>c * 4));
}

/** Four consecutive integers of a quantized row, from element index `e` (a multiple of 4), as f32. */
@inline
function integers4(words: usize, e: usize, bits: i32, zero: i32): v128 {
  if (bits == 8) {
    const bytes = v128.load32_zero(words + e);
    return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes)));
  }
  // Four nibbles: shift each to bits 12…15 of its lane by a multiplication, then down again.
  const spread = i32x4.mul(i32x4.splat(<i32>load<u16>(words + (e >> 1))), i32x4(4096, 256, 16, 1));
  const nibbles = v128.and(i32x4.shr_u(spread, 12), i32x4.splat(15));
  return f32x4.convert_i32x4_s(i32x4.sub(nibbles, i32x4.splat(zero)));
}

/** scale · integers + offset, each step rounded once: the value that `dequantize` in ../tensor.ts defines. */
@inline
function weights4(words: usize, scales: usize, offsets: usize, e: usize, bits: i32, zero: i32, groupShift: i32): v128 {
  const group = (e >> groupShift) << 2;
  const scaled = f32x4.mul(integers4(words, e, bits, zero), v128.load32_splat(scales + group));
  return offsets ? f32x4.add(scaled, v128.load32_splat(offsets + group)) : scaled;
}

/** Sixteen consecutive integers of a quantized row, from element index `e` (a multiple of 16), as bytes. */
@inline
function integers16(words: usize, e: usize, bits: i32, zero: v128): v128 {
  if (bits == 8) return v128.load(words + e);
  const pairs = v128.load64_zero(words + (e >> 1));
  const low = v128.and(pairs, i8x16.splat(15));
  const high = i8x16.shr_u(pairs, 4);
  return i8x16.sub(
    v128.shuffle<u8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
    zero,
  );
}

/** Bytes of two rows in turn, of their first and of their last eight columns. */
@inline
function pairLow(x: v128, y: v128): v128 {
  return v128.shuffle<u8>(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
@inline
function pairHigh(x: v128, y: v128): v128 {
  return v128.shuffle<u8>(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** The same of pairs: four rows. */
@inline
function fourLow(x: v128, y: v128): v128 {
  return v128.shuffle<u16>(x, y, 0, 8, 1, 9, 2, 10, 3, 11);
}
@inline
function fourHigh(x: v128, y: v128): v128 {
  return v128.shuffle<u16>(x, y, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Numbers of four rows that a group of columns shares, each from its own place. */
@inline
function gather4(at: usize, g0: usize, g1: usize, g2: usize, g3: usize): v128 {
  let four = v128.load32_zero(at + (g0 << 2));
  four = v128.load32_lane(at + (g1 << 2), four, 1);
  four = v128.load32_lane(at + (g2 << 2), four, 2);
  return v128.load32_lane(at + (g3 << 2), four, 3);
}

/** scale · integers + offset of four rows, each step rounded once: what `dequantize` in ../tensor.ts defines. */
@inline
function storeFour(panel: usize, integers: v128, scale: v128, offset: v128, hasOffset: bool): void {
  const scaled = f32x4.mul(f32x4.convert_i32x4_s(integers), scale);
  v128.store(panel, hasOffset ? f32x4.add(scaled, offset) : scaled);
}

/** Two panel rows from the bytes of eight rows at two columns. */
@inline
function storeTwo(
  panel: usize, bytes: v128, s0: v128, s1: v128, o0: v128, o1: v128, hasOffset: bool,
): void {
  const first = i16x8.extend_low_i8x16_s(bytes), second = i16x8.extend_high_i8x16_s(bytes);
  storeFour(panel, i32x4.extend_low_i16x8_s(first), s0, o0, hasOffset);
  storeFour(panel + 16, i32x4.extend_high_i16x8_s(first), s1, o1, hasOffset);
  storeFour(panel + 32, i32x4.extend_low_i16x8_s(second), s0, o0, hasOffset);
  storeFour(panel + 48, i32x4.extend_high_i16x8_s(second), s1, o1, hasOffset);
}

/** As `packRows`, sixteen columns at a time: the integers are transposed as bytes, four times fewer than floats. */
function packQuantizedRows(
  words: usize, scales: usize, offsets: usize, bits: i32, zero: i32, groupShift: i32,
  cols: i32, n0: i32, width: i32, k0: i32, kCount: i32, panel: usize,
): void {
  const e0 = <usize>n0 * cols + k0;
  const e1 = <usize>(n0 + min(1, width - 1)) * cols + k0;
  const e2 = <usize>(n0 + min(2, width - 1)) * cols + k0;
  const e3 = <usize>(n0 + min(3, width - 1)) * cols + k0;
  const e4 = <usize>(n0 + min(4, width - 1)) * cols + k0;
  const e5 = <usize>(n0 + min(5, width - 1)) * cols + k0;
  const e6 = <usize>(n0 + min(6, width - 1)) * cols + k0;
  const e7 = <usize>(n0 + min(7, width - 1)) * cols + k0;
  const zeros = i8x16.splat(<i8>zero);
  const hasOffset = offsets != 0;
  const shift = <usize>groupShift;
  let o0 = f32x4.splat(0), o1 = f32x4.splat(0);
  for (let k: usize = 0; k < <usize>kCount; k += 16, panel += 512) {
    const g0 = (e0 + k) >> shift, g1 = (e1 + k) >> shift, g2 = (e2 + k) >> shift, g3 = (e3 + k) >> shift;
    const g4 = (e4 + k) >> shift, g5 = (e5 + k) >> shift, g6 = (e6 + k) >> shift, g7 = (e7 + k) >> shift;
    const s0 = gather4(scales, g0, g1, g2, g3), s1 = gather4(scales, g4, g5, g6, g7);
    if (hasOffset) {
      o0 = gather4(offsets, g0, g1, g2, g3);
      o1 = gather4(offsets, g4, g5, g6, g7);
    }
    const r0 = integers16(words, e0 + k, bits, zeros), r1 = integers16(words, e1 + k, bits, zeros);
    const r2 = integers16(words, e2 + k, bits, zeros), r3 = integers16(words, e3 + k, bits, zeros);
    const r4 = integers16(words, e4 + k, bits, zeros), r5 = integers16(words, e5 + k, bits, zeros);
    const r6 = integers16(words, e6 + k, bits, zeros), r7 = integers16(words, e7 + k, bits, zeros);
    let x = pairLow(r0, r1), y = pairLow(r2, r3), z = pairLow(r4, r5), w = pairLow(r6, r7);
    for (let half: usize = 0; half < 2; half++) {
      const at = panel + half * 256;
      let low = fourLow(x, y), high = fourLow(z, w);
      storeTwo(at, v128.shuffle<u32>(low, high, 0, 4, 1, 5), s0, s1, o0, o1, hasOffset);
      storeTwo(at + 64, v128.shuffle<u32>(low, high, 2, 6, 3, 7), s0, s1, o0, o1, hasOffset);
      low = fourHigh(x, y);
      high = fourHigh(z, w);
      storeTwo(at + 128, v128.shuffle<u32>(low, high, 0, 4, 1, 5), s0, s1, o0, o1, hasOffset);
      storeTwo(at + 192, v128.shuffle<u32>(low, high, 2, 6, 3, 7), s0, s1, o0, o1, hasOffset);
      x = pairHigh(r0, r1); y = pairHigh(r2, r3); z = pairHigh(r4, r5); w = pairHigh(r6, r7);
    }
  }
}

function packQuantizedColumns(
  words: usize, scales: usize, offsets: usize, bits: i32, zero: i32, groupShift: i32,
  cols: i32, n0: i32, k0: i32, kCount: i32, panel: usize,
): void {
  for (let k = 0; k < kCount; k++, panel += 32) {
    const e = <usize>(k0 + k) * cols + n0;
    v128.store(panel, weights4(words, scales, offsets, e, bits, zero, groupShift));
    v128.store(panel, weights4(words, scales, offsets, e + 4, bits, zero, groupShift), 16);
  }
}

// Eight results of a row; `base`, if not 0, is where the numbers lie that they are added to.
@inline
function storeRow(out: usize, low: v128, high: v128, scale: v128, base: usize): void {
  low = f32x4.mul(low, scale);
  high = f32x4.mul(high, scale);
  if (base) {
    low = f32x4.add(v128.load(base), low);
    high = f32x4.add(v128.load(base, 16), high);
  }
  v128.store(out, low);
  v128.store(out, high, 16);
}

/** Four rows of A against the panel: 32 results. `rowBytes` from row to row of A, `stepBytes` from k to k. */
function fourRows(
  a: usize, rowBytes: usize, stepBytes: usize, panel: usize, kCount: i32,
  out: usize, base: usize, outRowBytes: usize, factor: f32,
): void {
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0);
  const end = panel + (<usize>kCount) * 32;
  let a0 = a, a1 = a + rowBytes, a2 = a1 + rowBytes, a3 = a2 + rowBytes;
  for (; panel < end; panel += 32) {
    const b0 = v128.load(panel), b1 = v128.load(panel, 16);
    let x = v128.load32_splat(a0);
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load32_splat(a1);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load32_splat(a2);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load32_splat(a3);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
    a0 += stepBytes; a1 += stepBytes; a2 += stepBytes; a3 += stepBytes;
  }
  const scale = f32x4.splat(factor);
  storeRow(out, s00, s01, scale, base);
  storeRow(out + outRowBytes, s10, s11, scale, base ? base + outRowBytes : 0);
  storeRow(out + 2 * outRowBytes, s20, s21, scale, base ? base + 2 * outRowBytes : 0);
  storeRow(out + 3 * outRowBytes, s30, s31, scale, base ? base + 3 * outRowBytes : 0);
}

function oneRow(
  a: usize, stepBytes: usize, panel: usize, kCount: i32, out: usize, base: usize, factor: f32,
): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  const end = panel + (<usize>kCount) * 32;
  for (; panel < end; panel += 32, a += stepBytes) {
    const x = v128.load32_splat(a);
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(panel)));
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(panel, 16)));
  }
  storeRow(out, s0, s1, f32x4.splat(factor), base);
}

/** All M rows of A against one panel. A panel narrower than 8 goes through a scratch row. */
function rowsAgainstPanel(
  a: usize, rowBytes: usize, stepBytes: usize, M: i32, panel: usize, kCount: i32,
  out: usize, base: usize, outRowBytes: usize, width: i32, factor: f32, scratch: usize,
): void {
  let m = 0;
  if (width == 8) {
    for (; m + 4 <= M; m += 4) {
      fourRows(a, rowBytes, stepBytes, panel, kCount, out, base, outRowBytes, factor);
      a += 4 * rowBytes;
      out += 4 * outRowBytes;
      if (base) base += 4 * outRowBytes;
    }
  }
  for (; m < M; m++) {
    if (width == 8) oneRow(a, stepBytes, panel, kCount, out, base, factor);
    else {
      oneRow(a, stepBytes, panel, kCount, scratch, 0, factor);
      for (let c: usize = 0; c < <usize>width * 4; c += 4)
        store<f32>(out + c, base ? load<f32>(base + c) + load<f32>(scratch + c) : load<f32>(scratch + c));
    }
    a += rowBytes;
    out += outRowBytes;
    if (base) base += outRowBytes;
  }
}

/** Bytes that a product needs at `scratch`: one panel and one row of results. */
export function matmulScratchBytes(): i32 {
  return BLOCK * 32 + 32;
}

/**
 * out [M, N] = factor · A · B, plus the numbers at `base` [M, N] if it is not 0 (it may be `out`). `bits` is 32 for
 * floats in `b`; 8 or 4 for a quantized B, whose packed integers are at `b` (then the rows of B are multiples of 32
 * long). `offsets` may be 0: none. Only columns first … last are computed, `first` a multiple of 8.
 */
export function matmul(
  layout: i32, a: usize, b: usize, bits: i32, scales: usize, offsets: usize, zero: i32, groupShift: i32,
  out: usize, base: usize, M: i32, N: i32, K: i32, factor: f32, scratch: usize, first: i32, last: i32,
): void {
  const transposedA = layout == 2;
  const rowBytes: usize = transposedA ? 4 : <usize>K * 4;
  const stepBytes: usize = transposedA ? <usize>M * 4 : 4;
  const panel = scratch + 32;
  for (let k0 = 0; k0 < K; k0 += BLOCK) {
    const kCount = min(BLOCK, K - k0);
    if (k0 > 0) base = out;
    for (let n0 = first; n0 < last; n0 += 8) {
      const width = min(8, N - n0);
      if (bits == 32) {
        if (layout == NT) packRows(b, K, n0, width, k0, kCount, panel);
        else packColumns(b, N, n0, width, k0, kCount, panel);
      } else {
        if (layout == NT) packQuantizedRows(b, scales, offsets, bits, zero, groupShift, K, n0, width, k0, kCount, panel);
        else if (layout == NN)
          packQuantizedColumns(b, scales, offsets, bits, zero, groupShift, N, n0, k0, kCount, panel);
      }
      const at = <usize>n0 * 4;
      rowsAgainstPanel(a + <usize>k0 * stepBytes, rowBytes, stepBytes, M, panel, kCount,
        out + at, base ? base + at : 0, <usize>N * 4, width, factor, scratch);
    }
  }
}
