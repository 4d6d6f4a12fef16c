/** The point of the standard normal distribution above which 2.5 % of it lie: intervals are of 95 %. */
export const normalPoint = 1.959963984540054;

/** A share that was counted: `count` of `of`, with its 95 % interval; all null where nothing was counted. */
export interface Rate {
  readonly count: number;
  readonly of: number;
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * A share with Wilson's score interval (Wilson, "Probable inference, the law of succession, and statistical inference",
 * JASA 1927), which stays within [0, 1] and keeps a width for 0 of n and n of n. It takes the n to be independent.
 */
export function rate(count: number, of: number): Rate {
  if (of === 0) return { count, of, share: null, low: null, high: null };
  const share = count / of;
  const squared = normalPoint * normalPoint;
  const scale = 1 + squared / of;
  const centre = (share + squared / (2 * of)) / scale;
  const half = (normalPoint / scale) * Math.sqrt((share * (1 - share)) / of + squared / (4 * of * of));
  // Rounding must not take the ends away from 0 of n and n of n.
  const low = count === 0 ? 0 : centre - half;
  const high = count === of ? 1 : centre + half;
  return { count, of, share, low, high };
}

/**
 * The quantile `q` of numbers by linear interpolation between order statistics (definition 7 of Hyndman and Fan, "Sample
 * quantiles in statistical packages", 1996; the default of NumPy and R); null of none.
 */
export function quantile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
