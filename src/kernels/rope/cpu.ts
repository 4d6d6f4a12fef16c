import type { CpuTensor } from "../cpu";
import type { RopeOptions } from "./rope";

/** See `RopeOptions`. */
export function rope({ x, positions, table, inverse = false }: RopeOptions<CpuTensor>): void {
  const [values, angles, position] = [x.f32, table.f32, positions.u32];
  const headDim = table.cols;
  const half = headDim / 2;
  const sign = inverse ? -1 : 1;
  for (let row = 0; row < x.rows; row++) {
    const angle = position[row] * headDim;
    for (let head = row * x.cols; head < (row + 1) * x.cols; head += headDim) {
      for (let i = 0; i < half; i++) {
        const cos = angles[angle + i];
        const sin = sign * angles[angle + half + i];
        const [a, b] = [values[head + i], values[head + half + i]];
        values[head + i] = a * cos - b * sin;
        values[head + half + i] = b * cos + a * sin;
      }
    }
  }
}
