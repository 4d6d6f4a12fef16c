import { itemKey } from "../item_key";
import type { RubricItem } from "../schema";
import type { FailureRates } from "./failure_rates";

/**
 * A rubric whose weights lean towards what responses miss (ours; the paper leaves adaptive rubrics to future work):
 *
 *   w′ = w · (1 + s · (f − f̄)),  f̄ = Σ w f / Σ w over the items of the same polarity.
 *
 * The total weight of either polarity is kept, so that rewards stay comparable, and every factor lies within 1 ± s. An
 * item without a rate yet takes part as the mean.
 */
export function reweight(
  rubric: readonly RubricItem[],
  rates: FailureRates,
  strength: number,
): readonly RubricItem[] {
  if (strength === 0) return rubric;
  const means = { want: meanRate(rubric, rates, "want"), avoid: meanRate(rubric, rates, "avoid") };
  return rubric.map((item) => {
    const mean = means[item.polarity];
    const factor = 1 + strength * ((rates[itemKey(item)] ?? mean) - mean);
    return factor === 1 ? item : { ...item, weight: item.weight * factor };
  });
}

function meanRate(
  rubric: readonly RubricItem[],
  rates: FailureRates,
  polarity: RubricItem["polarity"],
): number {
  let [total, sum] = [0, 0];
  for (const item of rubric) {
    const rate = rates[itemKey(item)];
    if (item.polarity !== polarity || rate === undefined) continue;
    total += item.weight;
    sum += item.weight * rate;
  }
  return total === 0 ? 0 : sum / total;
}
