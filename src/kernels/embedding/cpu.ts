import type { CpuTensor } from "../cpu";
import { dequantizeRow, isQuantized } from "../tensor";
import type { GatherOptions, ScatterAddOptions, ScatterOptions } from "./embedding";

/** See `GatherOptions`. */
export function gather({ table, rows, out }: GatherOptions<CpuTensor>): void {
  const [indices, output] = [rows.u32, out.f32];
  const width = out.cols;
  if (isQuantized(table)) {
    const { words, scales, offsets } = table;
    const data = { ...table, words: words.u32, scales: scales.f32, offsets: offsets && offsets.f32 };
    indices.forEach((row, i) => dequantizeRow(data, row, output, i * width));
  } else {
    const source = table.f32;
    indices.forEach((row, i) => output.set(source.subarray(row * width, (row + 1) * width), i * width));
  }
}

/** See `ScatterOptions`. */
export function scatter({ x, rows, out }: ScatterOptions<CpuTensor>): void {
  const [source, output] = [x.f32, out.f32];
  const width = out.cols;
  rows.u32.forEach((row, i) => output.set(source.subarray(i * width, (i + 1) * width), row * width));
}

/** See `ScatterAddOptions`. */
export function scatterAdd({ x, targets, starts, order, out }: ScatterAddOptions<CpuTensor>): void {
  const [source, rows, first, lookups, output] = [x.f32, targets.u32, starts.u32, order.u32, out.f32];
  const width = out.cols;
  for (let j = 0; j < rows.length; j++) {
    const target = rows[j] * width;
    for (let i = first[j]; i < first[j + 1]; i++) {
      const from = lookups[i] * width;
      for (let c = 0; c < width; c++) output[target + c] += source[from + c];
    }
  }
}
