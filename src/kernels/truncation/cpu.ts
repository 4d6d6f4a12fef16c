import type { CpuTensor } from "../cpu";
import { exp, log } from "../math";
import { impossible, type TruncationOptions } from "./truncation";

/** See `TruncationOptions`. Sums in double precision. */
export function truncate({ logits, topK, topP, minP }: TruncationOptions<CpuTensor>): void {
  const { f32, rows, cols } = logits;
  for (let row = 0; row < rows; row++) {
    const z = f32.subarray(row * cols, (row + 1) * cols);
    const sorted = z.slice().sort().reverse();
    let kept = cols;
    if (topK > 0 && topK < cols) kept = countFrom(sorted, sorted[topK - 1]);
    if (topP < 1) {
      const mass = (count: number) => {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += exp(sorted[i] - sorted[0]);
        return sum;
      };
      const wanted = topP * mass(kept);
      let sum = 0;
      for (let i = 0; i < kept; i++) {
        sum += exp(sorted[i] - sorted[0]);
        if (sum < wanted) continue;
        kept = countFrom(sorted, sorted[i]);
        break;
      }
    }
    let least = sorted[kept - 1];
    if (minP > 0) least = Math.max(least, Math.fround(sorted[0] + log(minP)));
    for (let v = 0; v < cols; v++) if (z[v] < least) z[v] = impossible;
  }
}

/** How many of numbers in falling order are at least `least`. */
function countFrom(sorted: Float32Array, least: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] >= least) low = middle + 1;
    else high = middle;
  }
  return low;
}
