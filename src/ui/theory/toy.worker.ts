import { expose } from "comlink";
import { policyGradient } from "../../worlds/toy/exact";
import { biasOf, type Bias } from "../../worlds/toy/bias";
import { enumerate } from "../../worlds/toy/enumerate";
import { expectedUpdate } from "../../worlds/toy/expected_update";
import { toyMethod, type MethodChanges } from "../../worlds/toy/method";
import { findOptimum, type Optimum } from "../../worlds/toy/optimum";
import { runToy } from "../../worlds/toy/run";
import type { Variant } from "../../herl/config";
import { abilities, type Ability } from "./toy_math";
import { startOf, toyOf, type ToySettings } from "./toy_settings";

/** The thread that runs the toy: hundreds of milliseconds that the page does not wait for. */
const toyThread = {
  /** The largest expected reward that the shared parameters can reach. */
  optimum: (settings: ToySettings): Optimum => findOptimum(toyOf(settings)),

  /** What a more able base would start from, in so many points. */
  abilities(settings: ToySettings, best: Optimum, points: number): Ability[] {
    const toy = toyOf(settings);
    return abilities(toy, startOf(toy, settings.seed), best, points);
  },

  /** E[R] before each update and after the last one, summed over all sequences. */
  async learn(settings: ToySettings, variant: Variant, updates: number, seed: number): Promise<number[]> {
    const toy = toyOf(settings);
    const config = toyMethod(toy, variant, settings.responses);
    const points = await runToy(toy, config, { updates, seed, theta: startOf(toy, settings.seed) });
    return points.map(({ expectedReward }) => expectedReward);
  },

  /** How the expectation of an estimator differs from the true policy gradient. */
  bias(settings: ToySettings, variant: Variant, responses: number, changes: MethodChanges): Bias {
    const toy = toyOf(settings);
    const theta = startOf(toy, settings.seed);
    const truth = policyGradient(toy, enumerate(toy, theta));
    return biasOf(expectedUpdate(toy, theta, toyMethod(toy, variant, responses, changes)), truth);
  },
};

export type ToyThread = typeof toyThread;

expose(toyThread);
