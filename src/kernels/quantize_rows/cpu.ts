import type { CpuTensor } from "../cpu";
import type { QuantizeRowsOptions } from "./quantize_rows";

const { abs, fround, max, min } = Math;

/** The nearest integer, the even one of two that are as near. */
function nearest(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** See `QuantizeRowsOptions`. */
export function quantizeRows({ x, rows, out }: QuantizeRowsOptions<CpuTensor>): void {
  const [source, scales] = [x.f32, out.scales.f32];
  const words = out.words.u32;
  const integers = new Int8Array(words.buffer, words.byteOffset, 4 * words.length);
  const { cols } = x;
  rows.u32.forEach((row, i) => {
    for (let start = 0; start < cols; start += 32) {
      const [from, to] = [i * cols + start, row * cols + start];
      let largest = 0;
      for (let c = 0; c < 32; c++) largest = max(largest, abs(source[from + c]));
      const scale = fround(largest / 127);
      scales[to / 32] = scale;
      const divisor = scale > 0 ? scale : 1;
      for (let c = 0; c < 32; c++)
        integers[to + c] = max(-127, min(127, nearest(fround(source[from + c] / divisor))));
    }
  });
}
