import { workgroups, type GpuTensor, type KernelSource } from "../gpu";
import { isQuantized } from "../tensor";
import { layoutCode, shapeOf, type MatmulOptions } from "./matmul";
import code from "./matmul.wgsl?raw";
import floatCode from "./matmul_float.wgsl?raw";
import quadsCode from "./matmul_quads.wgsl?raw";
import quantizedCode from "./matmul_quantized.wgsl?raw";

/** Results per thread, and how many threads of a workgroup stand side by side and in all. */
const tiles = {
  tile4x4: { rows: 4, columns: 4, width: 8, threads: 64 },
  tile8x8: { rows: 8, columns: 8, width: 4, threads: 16 },
  tile16x8: { rows: 16, columns: 8, width: 4, threads: 8 },
} as const;

/**
 * See `MatmulOptions`. M, N and K must be multiples of 4, except the number of tokens (M in NT and NN, K in TN).
 * The tile, results per thread, is the context's: 4 × 4 suits GPUs, 8 × 8 software adapters, and 16 × 8 those of them
 * that have subgroups.
 */
export function matmul(options: MatmulOptions<GpuTensor>): void {
  const { a, b, out, layout, scale = 1, accumulate = false, addend, lowRank } = options;
  const { m, n, k } = shapeOf(options);
  // A quad fills 16 × 32 results: on the narrow products of adapters, and on few tokens, half of it would idle.
  const fillsQuads = n >= 32 && m >= 32;
  const tile = out.context.matmulTile === "tile16x8" && !fillsQuads ? "tile8x8" : out.context.matmulTile;
  if (n % 4 !== 0 || (layout === "TN" ? m : k) % 4 !== 0) {
    throw new Error(`matmul ${layout} [${m}, ${n}, ${k}]: feature sizes must be multiples of 4 on webgpu`);
  }
  const { rows, columns, width, threads } = tiles[tile];
  // Adapters of rank 8 make products one or two tiles wide: a square workgroup would idle too.
  const threadsN = Math.min(width, workgroups(n, columns));
  const threadsM = Math.floor(threads / threadsN);
  const bTensors = isQuantized(b) ? [b.words, b.scales, b.offsets ?? b.scales] : [b];
  const kernel: KernelSource = {
    name: isQuantized(b) ? `matmul quantized ${tile}` : `matmul ${tile}`,
    code: (tile === "tile16x8" ? quadsCode : "") + code + (isQuantized(b) ? quantizedCode : floatCode),
    entryPoint: tile,
    bindings: ["read", "write", "read", "read", "read", ...bTensors.map(() => "read" as const)],
    constants: {
      LAYOUT: layoutCode[layout],
      THREADS_N: threadsN,
      THREADS_M: threadsM,
      HAS_ADDEND: addend ? 1 : 0,
      RANK: lowRank ? lowRank.a.cols : 0,
      ...(isQuantized(b) && { BITS: b.bits, ZERO: b.zero, GROUP: b.group, HAS_OFFSETS: b.offsets ? 1 : 0 }),
    },
  };
  // What is not there is bound to something that is; the kernel does not look at it.
  const tensors = [a, out, addend ?? a, lowRank?.a ?? a, lowRank?.b ?? a, ...bTensors];
  const parameters = [m, n, k, accumulate ? 1 : 0, { f32: scale }, { f32: lowRank?.scale ?? 0 }];
  out.context.dispatch(kernel, tensors, parameters, [
    workgroups(n / columns, threadsN),
    workgroups(m / rows, threadsM),
  ]);
}
