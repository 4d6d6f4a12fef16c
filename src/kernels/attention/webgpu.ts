import { workgroups, type GpuTensor, type KernelSource } from "../gpu";
import type { AttentionBackwardOptions, AttentionOptions } from "./attention";
import code from "./attention.wgsl?raw";

type Shape = Pick<AttentionOptions, "heads" | "kvHeads" | "headDim">;

const kernel = (
  entryPoint: string,
  shape: Shape,
  writes: readonly number[],
  bindings: number,
): KernelSource => ({
  name: `attention ${entryPoint} ${shape.headDim}`,
  code: `const VECTORS = ${shape.headDim / 4}u;\n${unrolled(code, shape.headDim / 4)}`,
  entryPoint,
  bindings: Array.from({ length: bindings }, (_, i) => (writes.includes(i) ? "write" : "read")),
  constants: { HEADS: shape.heads, KV_HEADS: shape.kvHeads },
});

/**
 * Writes out the loops over a head's vectors: with constant indices the register arrays are registers everywhere;
 * software adapters do not find that out by themselves.
 */
const unrolled = (source: string, vectors: number): string =>
  source.replace(/for \(var d = 0u; d < VECTORS; d\+\+\) \{([^{}]*)\}/g, (_loop, body: string) =>
    Array.from({ length: vectors }, (_, d) => `{${body.replace(/\bd\b/g, `${d}u`)}}`).join(" "),
  );

/** See `AttentionOptions`. */
export function attention(options: AttentionOptions<GpuTensor>): void {
  const { q, k, v, ranges, heads, headDim, out, logSumExp } = options;
  const forward = kernel("forward", options, [4, 5], 6);
  const parameters = [q.rows, { f32: 1 / Math.sqrt(headDim) }];
  q.context.dispatch(forward, [q, k, v, ranges, out, logSumExp], parameters, [
    workgroups(q.rows * heads, 64),
  ]);
}

/** See `AttentionBackwardOptions`. */
export function attentionBackward(options: AttentionBackwardOptions<GpuTensor>): void {
  const {
    q,
    k,
    v,
    ranges,
    queryEnds,
    heads,
    kvHeads,
    headDim,
    out,
    logSumExp,
    gradOut,
    gradQ,
    gradK,
    gradV,
  } = options;
  const gpu = q.context;
  const parameters = [q.rows, { f32: 1 / Math.sqrt(headDim) }];
  const sums = gpu.scratch("attention sums", q.rows * heads, 2);
  const perQuery = [workgroups(q.rows * heads, 64)] as const;
  const perKey = [workgroups(q.rows * kvHeads, 64)] as const;
  gpu.dispatch(
    kernel("backwardSums", options, [3], 4),
    [out, gradOut, logSumExp, sums],
    parameters,
    perQuery,
  );
  const query = [q, k, v, ranges, gradOut, sums, gradQ];
  gpu.dispatch(kernel("backwardQuery", options, [6], 7), query, parameters, perQuery);
  const key = [q, k, v, queryEnds, gradOut, sums, gradK, gradV];
  gpu.dispatch(kernel("backwardKey", options, [6, 7], 8), key, parameters, perKey);
}
