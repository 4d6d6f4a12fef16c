import { workgroups, type GpuTensor, type KernelSource } from "../gpu";
import { isQuantized } from "../tensor";
import type { GatherOptions, ScatterAddOptions, ScatterOptions } from "./embedding";
import code from "./embedding.wgsl?raw";

const kernel = (entryPoint: string, reads: number, constants?: Record<string, number>): KernelSource => ({
  name: entryPoint,
  code,
  entryPoint,
  bindings: ["read", "write", ...Array<"read">(reads).fill("read")],
  constants,
});

const gatherFloat = kernel("gather", 1);
const scatterRows = kernel("scatter", 1);
const scatterAddRows = kernel("scatterAdd", 3);

/** See `GatherOptions`. */
export function gather({ table, rows, out }: GatherOptions<GpuTensor>): void {
  const grid = [workgroups(out.cols, 64), out.rows] as const;
  const parameters = [out.rows, out.cols];
  if (!isQuantized(table)) return out.context.dispatch(gatherFloat, [rows, out, table], parameters, grid);
  const { words, scales, offsets, bits, zero, group } = table;
  const constants = { BITS: bits, ZERO: zero, GROUP: group, HAS_OFFSETS: offsets ? 1 : 0 };
  const tensors = [rows, out, words, scales, offsets ?? scales];
  out.context.dispatch(kernel("gatherQuantized", 3, constants), tensors, parameters, grid);
}

/** See `ScatterOptions`. */
export function scatter({ x, rows, out }: ScatterOptions<GpuTensor>): void {
  out.context.dispatch(scatterRows, [rows, out, x], [x.rows, out.cols], [workgroups(out.cols, 64), x.rows]);
}

/** See `ScatterAddOptions`. */
export function scatterAdd({ x, targets, starts, order, out }: ScatterAddOptions<GpuTensor>): void {
  const grid = [workgroups(out.cols, 64), targets.rows] as const;
  out.context.dispatch(scatterAddRows, [targets, out, x, starts, order], [targets.rows, out.cols], grid);
}
