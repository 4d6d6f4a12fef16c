import { RandomStream } from "../../kernels/random/random";
import { quantile } from "../intervals";
import { meanOf } from "../mean";

const resamples = 10_000;

/**
 * The 95 % percentile bootstrap interval of a mean (Efron 1979): 10,000 resamples, always the same draws; null where there
 * are fewer than two numbers.
 */
export function bootstrapMean(values: readonly number[]): { low: number | null; high: number | null } {
  if (values.length < 2) return { low: null, high: null };
  const random = RandomStream.of(0, "bootstrap");
  const means = Array.from({ length: resamples }, () =>
    meanOf(values.map(() => values[random.integer(values.length)])),
  );
  return { low: quantile(means, 0.025), high: quantile(means, 0.975) };
}
