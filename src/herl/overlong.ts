/**
 * DAPO's soft overlong punishment (Yu et al. 2025, arXiv 2503.14476, equation (13)), in reward:
 *
 *   0                            |τ| ≤ L_max − L_c
 *   (L_max − L_c − |τ|) / L_c    above, down to −1 at |τ| = L_max
 *
 * `tokens` is |τ|, the end token included; `maxTokens` L_max, the longest response; `overlongTokens` L_c, over which
 * the punishment grows. 0 for L_c = 0.
 */
export function overlongPenalty(tokens: number, maxTokens: number, overlongTokens: number): number {
  if (overlongTokens === 0) return 0;
  return Math.max(-1, Math.min(0, (maxTokens - overlongTokens - tokens) / overlongTokens));
}
