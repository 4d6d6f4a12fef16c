import { RandomStream } from "../../kernels/random/random";

/** Pairs up to which every pattern of signs is counted. */
const exactPairs = 16;

/** Patterns drawn beyond that. */
const draws = 65_536;

/**
 * Two-sided sign-flip test of paired differences (Fisher's randomisation test): the share of all patterns of signs whose
 * mean is at least as far from 0 as the observed one. Exact up to 16 pairs; beyond, the observed pattern and 65,536 drawn
 * ones are counted, always the same ones (Phipson and Smyth 2010). 1 without differences.
 */
export function signFlipTest(differences: readonly number[]): number {
  const pairs = differences.filter((difference) => difference !== 0);
  if (pairs.length === 0) return 1;
  const total = pairs.reduce((sum, value) => sum + Math.abs(value), 0);
  // Sums that differ by rounding alone count as equal.
  const limit = Math.abs(pairs.reduce((sum, value) => sum + value, 0)) - 1e-12 * total;
  return pairs.length <= exactPairs ? exact(pairs, limit) : drawn(pairs, limit);
}

function exact(pairs: readonly number[], limit: number): number {
  const patterns = 1 << pairs.length;
  let count = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    let sum = 0;
    for (let i = 0; i < pairs.length; i++) sum += pattern & (1 << i) ? pairs[i] : -pairs[i];
    if (Math.abs(sum) >= limit) count++;
  }
  return count / patterns;
}

function drawn(pairs: readonly number[], limit: number): number {
  const random = RandomStream.of(0, "sign flips");
  let count = 1;
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    let word = 0;
    for (let i = 0; i < pairs.length; i++) {
      if (i % 32 === 0) word = random.word();
      sum += word & 1 ? pairs[i] : -pairs[i];
      word >>>= 1;
    }
    if (Math.abs(sum) >= limit) count++;
  }
  return count / (draws + 1);
}
