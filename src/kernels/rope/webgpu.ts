import { workgroups, type GpuTensor, type KernelSource } from "../gpu";
import type { RopeOptions } from "./rope";
import code from "./rope.wgsl?raw";

const rotate: KernelSource = {
  name: "rope",
  code,
  entryPoint: "rotate",
  bindings: ["write", "read", "read"],
};

/** See `RopeOptions`. */
export function rope({ x, positions, table, inverse = false }: RopeOptions<GpuTensor>): void {
  const parameters = [x.rows, x.cols, table.cols, inverse ? 1 : 0];
  x.context.dispatch(rotate, [x, positions, table], parameters, [workgroups(x.cols / 2, 64), x.rows]);
}
