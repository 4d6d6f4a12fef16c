// Rows of logits: their softmax statistics, the gradient of equation (2), and sampling (AssemblyScript,
// WebAssembly SIMD). Exponentials in f32, sums in double precision. `vocab` is a multiple of 4.
import { exp4, log, max4 } from "../simd/exp.as";

const LOWEST: f32 = -3.4028234663852886e38;

@inline
function largest(row: usize, end: usize): f32 {
  let top = f32x4.splat(LOWEST);
  for (; row < end; row += 16) top = f32x4.max(top, v128.load(row));
  return max4(top);
}

@inline
function lowPair(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

@inline
function highPair(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}

@inline
function total(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** For each row: ln p of the target, entropy, ln Σ e^z; all as f32. */
export function logitStatistics(
  logits: usize, rows: i32, vocab: i32, targets: usize, logprobs: usize, entropies: usize, logSumExp: usize,
): void {
  const bytes = <usize>vocab * 4;
  for (let r: usize = 0; r < <usize>rows * 4; r += 4, logits += bytes) {
    const end = logits + bytes;
    const top = largest(logits, end);
    let sums = f64x2.splat(0), products = f64x2.splat(0);
    for (let at = logits; at < end; at += 16) {
      const z = f32x4.sub(v128.load(at), f32x4.splat(top));
      const e = exp4(z);
      const low = lowPair(e), high = highPair(e);
      sums = f64x2.add(sums, f64x2.add(low, high));
      products = f64x2.add(products, f64x2.add(f64x2.mul(low, lowPair(z)), f64x2.mul(high, highPair(z))));
    }
    const logSum = log(total(sums));
    const target = <f64>load<f32>(logits + <usize>load<u32>(targets + r) * 4);
    store<f32>(logprobs + r, <f32>(target - <f64>top - logSum));
    store<f32>(entropies + r, <f32>(logSum - total(products) / total(sums)));
    store<f32>(logSumExp + r, <f32>(<f64>top + logSum));
  }
}

/** Replaces each row of logits by ∂L/∂z and writes four statistics per row (lm_head.ts). */
export function logitGradient(
  logits: usize, rows: i32, vocab: i32, targets: usize, logSumExp: usize, coefficients: usize, statistics: usize,
): void {
  const bytes = <usize>vocab * 4;
  for (let r: usize = 0; r < <usize>rows * 4; r += 4, logits += bytes, statistics += 16) {
    const end = logits + bytes;
    const sampled = logits + <usize>load<u32>(targets + r) * 4;
    const shift = f32x4.splat(load<f32>(logSumExp + r));
    const c = load<f32>(coefficients + r);
    // The sampled logit is put out of the way, so that every sum below runs over the unsampled tokens.
    const sampledProbability = f32x4.extract_lane(exp4(f32x4.sub(f32x4.splat(load<f32>(sampled)), shift)), 0);
    store<f32>(sampled, -1e30);
    let mass = f64x2.splat(0), squares = f64x2.splat(0), logs = f64x2.splat(0);
    for (let at = logits; at < end; at += 16) {
      const z = f32x4.sub(v128.load(at), shift);
      const p = exp4(z);
      v128.store(at, f32x4.mul(f32x4.splat(c), p));
      const low = lowPair(p), high = highPair(p);
      mass = f64x2.add(mass, f64x2.add(low, high));
      squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
      logs = f64x2.add(logs, f64x2.add(f64x2.mul(low, lowPair(z)), f64x2.mul(high, highPair(z))));
    }
    store<f32>(sampled, -c * <f32>total(mass));
    store<f32>(statistics, <f32>total(mass));
    store<f32>(statistics, <f32>total(squares), 4);
    store<f32>(statistics, <f32>total(logs), 8);
    store<f32>(statistics, sampledProbability, 12);
  }
}

/**
 * Draws one token a row by inverting the cumulative distribution at `units` (in [0, 1)), or takes the largest
 * logit (the first of equals) if `greedy`. Overwrites the logits.
 */
export function sampleLogits(
  logits: usize, rows: i32, vocab: i32, units: usize, greedy: bool, ids: usize, logprobs: usize, entropies: usize,
): void {
  const bytes = <usize>vocab * 4;
  for (let r: usize = 0; r < <usize>rows * 4; r += 4, logits += bytes) {
    const end = logits + bytes;
    const top = largest(logits, end);
    let sums = f64x2.splat(0), products = f64x2.splat(0);
    for (let at = logits; at < end; at += 16) {
      const z = f32x4.sub(v128.load(at), f32x4.splat(top));
      const e = exp4(z);
      v128.store(at, e);
      const low = lowPair(e), high = highPair(e);
      sums = f64x2.add(sums, f64x2.add(low, high));
      products = f64x2.add(products, f64x2.add(f64x2.mul(low, lowPair(z)), f64x2.mul(high, highPair(z))));
    }
    const sum = total(sums);
    const logSum = log(sum);
    // e^0 = 1 exactly marks the largest logit.
    const threshold = <f64>load<f32>(units + r) * sum;
    let cumulative: f64 = 0;
    let chosen = logits;
    for (let at = logits; at < end; at += 4) {
      const e = load<f32>(at);
      if (greedy) {
        if (e == 1) {
          chosen = at;
          break;
        }
      } else if (e > 0) {
        chosen = at;
        cumulative += <f64>e;
        if (cumulative > threshold) break;
      }
    }
    store<u32>(ids + r, <u32>((chosen - logits) >> 2));
    store<f32>(logprobs + r, <f32>(log(<f64>load<f32>(chosen)) - logSum));
    store<f32>(entropies + r, <f32>(logSum - total(products) / sum));
  }
}
