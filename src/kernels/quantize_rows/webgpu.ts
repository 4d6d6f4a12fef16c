import { workgroups, type GpuTensor, type KernelSource } from "../gpu";
import type { QuantizeRowsOptions } from "./quantize_rows";
import code from "./quantize_rows.wgsl?raw";

const kernel: KernelSource = {
  name: "quantizeRows",
  code,
  entryPoint: "main",
  bindings: ["read", "read", "write", "write"],
};

/** See `QuantizeRowsOptions`. */
export function quantizeRows({ x, rows, out }: QuantizeRowsOptions<GpuTensor>): void {
  const grid = [workgroups(x.cols / 32, 64), x.rows] as const;
  x.context.dispatch(kernel, [rows, x, out.words, out.scales], [x.rows, x.cols], grid);
}
