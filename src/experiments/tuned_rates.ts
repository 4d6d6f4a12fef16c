import { meanOf } from "../analysis/mean";
import type { Experiment, UnitResult } from "./experiment";
import { measuresOf } from "./measures";
import type { TunedRates } from "./units";

/** What rates are chosen by: what a run has learned on the way, on unseen instructions. */
const measure = "auc.heldout.reward";

/**
 * The learning rate with which each method learned most, by preset, from an experiment whose arms are methods at
 * rates. A method's rate comes only once all of its arms have all their results; ties go to the lower rate.
 */
export function tunedRates(experiment: Experiment, results: readonly UnitResult[]): TunedRates {
  const rates: Record<string, Record<string, number>> = {};
  for (const { name, preset, arms, models, seeds } of experiment.parts) {
    for (const method of new Set(arms.map((arm) => arm.method))) {
      const tried = arms
        .filter((arm) => arm.method === method)
        .map((arm) => {
          const areas = results
            .filter((result) => result.part === name && result.arm === arm.name)
            .flatMap((result) => measuresOf(result)[measure] ?? []);
          const isComplete = areas.length === models.length * seeds.length;
          return {
            rate: arm.settings?.["optimizer.learningRate"] as number,
            mean: isComplete ? meanOf(areas) : null,
          };
        })
        .sort((a, b) => a.rate - b.rate);
      if (tried.some(({ mean }) => mean === null)) continue;
      const best = tried.reduce((a, b) => (b.mean! > a.mean! ? b : a));
      (rates[preset] ??= {})[method] = best.rate;
    }
  }
  return rates;
}
