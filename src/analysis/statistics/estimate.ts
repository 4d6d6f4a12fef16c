import { meanOf } from "../mean";
import { studentQuantile } from "./student";

/** The mean of numbers with its 95 % interval; without numbers there is no mean, and of one there is no interval. */
export interface Estimate {
  readonly n: number;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Student's interval: mean ± t(0.975; n − 1) · s / √n. It takes the numbers to be independent. */
export function estimateMean(values: readonly number[]): Estimate {
  const n = values.length;
  if (n === 0) return { n, mean: null, low: null, high: null };
  const mean = meanOf(values);
  if (n === 1) return { n, mean, low: null, high: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const half = studentQuantile(0.975, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { n, mean, low: mean - half, high: mean + half };
}
