import { estimateMean, type Estimate } from "./statistics/estimate";

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

/** Samples of one task: those that could be graded, and those that passed. */
export interface PassCount {
  readonly graded: number;
  readonly passed: number;
}

/** Pass@k over tasks, with Student's interval over them. Tasks with fewer than k graded samples are left out. */
export const meanPassAtK = (counts: readonly PassCount[], k: number): Estimate =>
  estimateMean(counts.flatMap(({ graded, passed }) => (graded < k ? [] : [passAtK(graded, passed, k)])));

/** The k at which Pass@k is told: 1, 2, 4 … and `most` itself. */
export function toldBudgets(most: number): number[] {
  const budgets: number[] = [];
  for (let k = 1; k < most; k *= 2) budgets.push(k);
  return [...budgets, most];
}
