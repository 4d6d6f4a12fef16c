import type { Source } from "./sources";

/** The kernels whose numbers are explained: the shader, and what stands for it on the cpu. */

/** Equation (2) on a row of logits, and the sums over its unsampled tokens. */
export const logitGradient: readonly Source[] = [
  ["src/kernels/lm_head/lm_head.wgsl", "gradientParts"],
  ["src/kernels/lm_head/lm_head.as.ts", "logitGradient"],
];

/** The same sums, a row each: what the flows are made of. */
export const logitSums: readonly Source[] = [
  ["src/kernels/lm_head/lm_head.wgsl", "gradientSums"],
  ["src/kernels/lm_head/lm_head.as.ts", "logitGradient"],
];

/** ln p of the tokens that were written, and the entropies there. */
export const logitStatistics: readonly Source[] = [
  ["src/kernels/lm_head/lm_head.wgsl", "statistics"],
  ["src/kernels/lm_head/lm_head.as.ts", "logitStatistics"],
];

/** A token drawn, with its ln p and the entropy there. */
export const sampling: readonly Source[] = [
  ["src/kernels/sampling/sampling.wgsl", "sampleRows"],
  ["src/kernels/lm_head/lm_head.as.ts", "sampleLogits"],
];

/** Sums of squares of a gradient, for its norm. */
export const gradientNorm: readonly Source[] = [["src/kernels/adamw/adamw.wgsl", "squares"]];
