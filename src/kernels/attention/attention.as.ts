// Attention over two key ranges, forward and backward (AssemblyScript, WebAssembly SIMD). See attention.ts for the
// formulas. One query row and head at a time: its scores for all keys it sees lie one after the other in scratch
// memory, first those of the prompt, then those of the branch.
import { exp4, log, max4, sum4 } from "../simd/exp.as";

const LOWEST: f32 = -3.4028234663852886e38;

/** out[j] = factor · (x · row j) for `count` rows, four rows at a time. `dim` is a multiple of 8. */
function dots(x: usize, row: usize, rowBytes: usize, count: i32, dim: i32, factor: f32, out: usize): void {
  const bytes = <usize>dim * 4;
  const scale = f32x4.splat(factor);
  let j = 0;
  for (; j + 4 <= count; j += 4, row += 4 * rowBytes, out += 16) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    for (let d: usize = 0; d < bytes; d += 16) {
      const value = v128.load(x + d);
      const at = row + d;
      s0 = f32x4.add(s0, f32x4.mul(value, v128.load(at)));
      s1 = f32x4.add(s1, f32x4.mul(value, v128.load(at + rowBytes)));
      s2 = f32x4.add(s2, f32x4.mul(value, v128.load(at + 2 * rowBytes)));
      s3 = f32x4.add(s3, f32x4.mul(value, v128.load(at + 3 * rowBytes)));
    }
    // Add the lanes of each sum as `sum4` does, all four at once.
    const a = v128.shuffle<f32>(s0, s1, 0, 4, 2, 6), b = v128.shuffle<f32>(s0, s1, 1, 5, 3, 7);
    const c = v128.shuffle<f32>(s2, s3, 0, 4, 2, 6), d = v128.shuffle<f32>(s2, s3, 1, 5, 3, 7);
    const ab = f32x4.add(a, b), cd = f32x4.add(c, d);
    const sums = f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
    v128.store(out, f32x4.mul(sums, scale));
  }
  for (; j < count; j++, row += rowBytes, out += 4) {
    let s = f32x4.splat(0);
    for (let d: usize = 0; d < bytes; d += 16) s = f32x4.add(s, f32x4.mul(v128.load(x + d), v128.load(row + d)));
    store<f32>(out, factor * sum4(s));
  }
}

/** out += Σ_j weights[j] · row j, eight numbers of the row at a time. */
function weightedSum(weights: usize, row: usize, rowBytes: usize, count: i32, dim: i32, out: usize): void {
  for (let d: usize = 0; d < <usize>dim * 4; d += 32) {
    let low = v128.load(out + d), high = v128.load(out + d, 16);
    let at = row + d;
    for (let w = weights; w < weights + <usize>count * 4; w += 4, at += rowBytes) {
      const weight = v128.load32_splat(w);
      low = f32x4.add(low, f32x4.mul(weight, v128.load(at)));
      high = f32x4.add(high, f32x4.mul(weight, v128.load(at, 16)));
    }
    v128.store(out + d, low);
    v128.store(out + d, high, 16);
  }
}

/** row j += weights[j] · x. */
function addOuter(weights: usize, x: usize, row: usize, rowBytes: usize, count: i32, dim: i32): void {
  for (let d: usize = 0; d < <usize>dim * 4; d += 32) {
    const low = v128.load(x + d), high = v128.load(x + d, 16);
    let at = row + d;
    for (let w = weights; w < weights + <usize>count * 4; w += 4, at += rowBytes) {
      const weight = v128.load32_splat(w);
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(weight, low)));
      v128.store(at, f32x4.add(v128.load(at, 16), f32x4.mul(weight, high)), 16);
    }
  }
}

/** Rows first, first + step, … alone: later rows look at more, so runs of rows would not be even. */
export function attention(
  q: usize, k: usize, v: usize, ranges: usize, out: usize, logSumExp: usize,
  rows: i32, heads: i32, kvHeads: i32, headDim: i32, factor: f32, scores: usize, first: i32, step: i32,
): void {
  const headBytes = <usize>headDim * 4;
  const kvBytes = <usize>kvHeads * headBytes;
  const perKv = heads / kvHeads;
  for (let t = first; t < rows; t += step) {
    const range = ranges + <usize>t * 16;
    const prompt = <usize>load<u32>(range), branch = <usize>load<u32>(range, 8);
    const promptCount = <i32>(load<u32>(range, 4) - <u32>prompt), branchCount = <i32>(load<u32>(range, 12) - <u32>branch);
    const count = promptCount + branchCount;
    const end = scores + <usize>count * 4;
    for (let head = 0; head < heads; head++) {
      const at = (<usize>t * heads + head) * headBytes;
      const kvAt = <usize>(head / perKv) * headBytes;
      dots(q + at, k + prompt * kvBytes + kvAt, kvBytes, promptCount, headDim, factor, scores);
      dots(q + at, k + branch * kvBytes + kvAt, kvBytes, branchCount, headDim, factor, scores + <usize>promptCount * 4);

      // softmax; the scores are padded to a multiple of four with ones that vanish
      v128.store(end, f32x4.splat(LOWEST));
      let largest = f32x4.splat(LOWEST);
      for (let s = scores; s < end; s += 16) largest = f32x4.max(largest, v128.load(s));
      const top = max4(largest);
      let sum4s = f32x4.splat(0);
      for (let s = scores; s < end; s += 16) {
        const e = exp4(f32x4.sub(v128.load(s), f32x4.splat(top)));
        v128.store(s, e);
        sum4s = f32x4.add(sum4s, e);
      }
      const sum = sum4(sum4s);
      store<f32>(logSumExp + (<usize>t * heads + head) * 4, top + <f32>log(sum));

      memory.fill(out + at, 0, headBytes);
      weightedSum(scores, v + prompt * kvBytes + kvAt, kvBytes, promptCount, headDim, out + at);
      weightedSum(scores + <usize>promptCount * 4, v + branch * kvBytes + kvAt, kvBytes, branchCount, headDim, out + at);
      const inverse = f32x4.splat(1 / sum);
      for (let d: usize = 0; d < headBytes; d += 16) v128.store(out + at + d, f32x4.mul(v128.load(out + at + d), inverse));
    }
  }
}

/**
 * gradK and gradV must be zero on entry. `probabilities` and `products` hold a row of scores each. Heads first … last
 * alone: rows share the gradients of keys, heads of different keys share nothing.
 */
export function attentionBackward(
  q: usize, k: usize, v: usize, ranges: usize, out: usize, logSumExp: usize,
  gradOut: usize, gradQ: usize, gradK: usize, gradV: usize,
  rows: i32, heads: i32, kvHeads: i32, headDim: i32, factor: f32, probabilities: usize, products: usize,
  first: i32, last: i32,
): void {
  const headBytes = <usize>headDim * 4;
  const kvBytes = <usize>kvHeads * headBytes;
  const perKv = heads / kvHeads;
  for (let t = 0; t < rows; t++) {
    const range = ranges + <usize>t * 16;
    const prompt = <usize>load<u32>(range), branch = <usize>load<u32>(range, 8);
    const promptCount = <i32>(load<u32>(range, 4) - <u32>prompt), branchCount = <i32>(load<u32>(range, 12) - <u32>branch);
    const rest = <usize>promptCount * 4;
    const end = probabilities + <usize>(promptCount + branchCount) * 4;
    for (let head = first; head < last; head++) {
      const at = (<usize>t * heads + head) * headBytes;
      const kvAt = <usize>(head / perKv) * headBytes;
      const promptAt = prompt * kvBytes + kvAt, branchAt = branch * kvBytes + kvAt;
      const g = gradOut + at;

      // p_j = e^(s_j − logSumExp)
      dots(q + at, k + promptAt, kvBytes, promptCount, headDim, factor, probabilities);
      dots(q + at, k + branchAt, kvBytes, branchCount, headDim, factor, probabilities + rest);
      v128.store(end, f32x4.splat(LOWEST));
      const total = v128.load32_splat(logSumExp + (<usize>t * heads + head) * 4);
      for (let s = probabilities; s < end; s += 16) v128.store(s, exp4(f32x4.sub(v128.load(s), total)));

      addOuter(probabilities, g, gradV + promptAt, kvBytes, promptCount, headDim);
      addOuter(probabilities + rest, g, gradV + branchAt, kvBytes, branchCount, headDim);

      // ds_j = p_j (gradOut · v_j − gradOut · out), times the factor of the scores
      dots(g, v + promptAt, kvBytes, promptCount, headDim, 1, products);
      dots(g, v + branchAt, kvBytes, branchCount, headDim, 1, products + rest);
      let common = f32x4.splat(0);
      for (let d: usize = 0; d < headBytes; d += 16)
        common = f32x4.add(common, f32x4.mul(v128.load(g + d), v128.load(out + at + d)));
      const mean = f32x4.splat(sum4(common));
      for (let s: usize = 0; s < end - probabilities; s += 16) {
        const ds = f32x4.mul(v128.load(probabilities + s), f32x4.sub(v128.load(products + s), mean));
        v128.store(products + s, f32x4.mul(ds, f32x4.splat(factor)));
      }

      memory.fill(gradQ + at, 0, headBytes);
      weightedSum(products, k + promptAt, kvBytes, promptCount, headDim, gradQ + at);
      weightedSum(products + rest, k + branchAt, kvBytes, branchCount, headDim, gradQ + at);
      addOuter(products, q + at, gradK + promptAt, kvBytes, promptCount, headDim);
      addOuter(products + rest, q + at, gradK + branchAt, kvBytes, branchCount, headDim);
    }
  }
}
