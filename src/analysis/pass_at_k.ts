/**
 * The unbiased estimate of Pass@k from n samples of which c passed (Chen et al. 2021): 1 − C(n−c, k) / C(n, k),
 * as a product so that nothing overflows. k is at most n.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1;
  let fail = 1;
  for (let i = n - c + 1; i <= n; i++) fail *= 1 - k / i;
  return 1 - fail;
}
