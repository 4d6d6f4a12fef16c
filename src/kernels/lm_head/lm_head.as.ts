// Rows of logits: their softmax statistics, the gradient of equation (2), and sampling (AssemblyScript,
// WebAssembly SIMD). Exponentials in f32, sums in double precision. `vocab` is a multiple of 4.
import { exp, exp4, log, max4 } from "../simd/exp.as";

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

/** Softmax sums of one row, where they lie between two blocks of the vocabulary: doubles, one after the other. */
const TOP: usize = 0; // the largest logit
const SUM: usize = 8; // Σ e^(z − top)
const PRODUCT: usize = 16; // Σ e^(z − top) · (z − top)
const UNSAMPLED: usize = 24; // Σ e^(z − top) without the target's
const TARGET: usize = 32; // the target's logit
const SUMS_BYTES: usize = 40;

/**
 * For each row: the sums of the tokens first … first + vocab, added to those of the tokens before them, which lie
 * at `sums`; with `first` 0 there are none.
 */
export function logitStatistics(
  logits: usize, rows: i32, vocab: i32, first: u32, targets: usize, sums: usize,
): void {
  const bytes = <usize>vocab * 4;
  for (let r: usize = 0; r < <usize>rows * 4; r += 4, logits += bytes, sums += SUMS_BYTES) {
    const end = logits + bytes;
    const top = largest(logits, end);
    let pairs = f64x2.splat(0), products = f64x2.splat(0);
    for (let at = logits; at < end; at += 16) {
      const z = f32x4.sub(v128.load(at), f32x4.splat(top));
      const e = exp4(z);
      const low = lowPair(e), high = highPair(e);
      pairs = f64x2.add(pairs, f64x2.add(low, high));
      products = f64x2.add(products, f64x2.add(f64x2.mul(low, lowPair(z)), f64x2.mul(high, highPair(z))));
    }
    const sum = total(pairs);
    let unsampled = sum;
    const index = load<u32>(targets + r) - first;
    if (index < <u32>vocab) {
      const target = load<f32>(logits + <usize>index * 4);
      // The very number that is in the sum: nothing but the others is left.
      unsampled -= <f64>f32x4.extract_lane(exp4(f32x4.splat(target - top)), 0);
      store<f64>(sums, <f64>target, TARGET);
    }
    if (first == 0) {
      store<f64>(sums, <f64>top, TOP);
      store<f64>(sums, sum, SUM);
      store<f64>(sums, total(products), PRODUCT);
      store<f64>(sums, unsampled, UNSAMPLED);
    } else addSums(sums, <f64>top, sum, total(products), unsampled);
  }
}

/** Adds a block's sums to a row's, both as if the larger of their largest logits had been subtracted. */
function addSums(sums: usize, top: f64, sum: f64, product: f64, unsampled: f64): void {
  const before = load<f64>(sums, TOP), sumBefore = load<f64>(sums, SUM);
  const both = max(before, top);
  const down = before - both, downNew = top - both;
  const factor = exp(down), factorNew = exp(downNew);
  store<f64>(sums, both, TOP);
  store<f64>(sums, sumBefore * factor + sum * factorNew, SUM);
  const productBefore = load<f64>(sums, PRODUCT) + sumBefore * down;
  store<f64>(sums, productBefore * factor + (product + sum * downNew) * factorNew, PRODUCT);
  store<f64>(sums, load<f64>(sums, UNSAMPLED) * factor + unsampled * factorNew, UNSAMPLED);
}

/** For each row, from its sums: ln p of the target, entropy, ln Σ e^z and Σ p of the other tokens; all as f32. */
export function logitResults(
  sums: usize, rows: i32, logprobs: usize, entropies: usize, logSumExp: usize, unsampledMass: usize,
): void {
  for (let r: usize = 0; r < <usize>rows * 4; r += 4, sums += SUMS_BYTES) {
    const top = load<f64>(sums, TOP), sum = load<f64>(sums, SUM);
    const logSum = log(sum);
    store<f32>(logprobs + r, <f32>(load<f64>(sums, TARGET) - top - logSum));
    store<f32>(entropies + r, <f32>(logSum - load<f64>(sums, PRODUCT) / sum));
    store<f32>(logSumExp + r, <f32>(top + logSum));
    store<f32>(unsampledMass + r, <f32>(load<f64>(sums, UNSAMPLED) / sum));
  }
}

/**
 * Replaces each row of logits, those of the tokens first … first + vocab, by ∂L/∂z, and adds to its four statistics
 * (lm_head.ts), which begin with `first` 0. `unsampledMass` is 0 where these are all tokens of the vocabulary.
 */
export function logitGradient(
  logits: usize, rows: i32, vocab: i32, first: u32, targets: usize, logSumExp: usize, coefficients: usize,
  statistics: usize, unsampledMass: usize,
): void {
  const bytes = <usize>vocab * 4;
  if (first == 0) memory.fill(statistics, 0, <usize>rows * 16);
  for (let r: usize = 0; r < <usize>rows * 4; r += 4, logits += bytes, statistics += 16) {
    const end = logits + bytes;
    const index = load<u32>(targets + r) - first;
    const sampled = index < <u32>vocab ? logits + <usize>index * 4 : 0;
    const shift = f32x4.splat(load<f32>(logSumExp + r));
    const c = load<f32>(coefficients + r);
    if (sampled) {
      const probability = f32x4.extract_lane(exp4(f32x4.sub(f32x4.splat(load<f32>(sampled)), shift)), 0);
      store<f32>(statistics, probability, 12);
      // The sampled logit is put out of the way, so that every sum below runs over the unsampled tokens.
      store<f32>(sampled, -1e30);
    }
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
    if (sampled) store<f32>(sampled, -c * (unsampledMass ? load<f32>(unsampledMass + r) : <f32>total(mass)));
    addTo(statistics, total(mass));
    addTo(statistics + 4, total(squares));
    addTo(statistics + 8, total(logs));
  }
}

@inline
function addTo(at: usize, x: f64): void {
  store<f32>(at, <f32>(<f64>load<f32>(at) + x));
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
