import type { Variant } from "../../herl/config";
import type { Bias } from "../../worlds/toy/bias";
import type { MethodChanges } from "../../worlds/toy/method";
import type { Optimum } from "../../worlds/toy/optimum";
import type { Ability } from "./toy_math";
import type { ToySettings } from "./toy_settings";
import { openToyThread, type OpenedThread } from "./toy_thread";

/** A method's curve, the mean over the seeds that are done. */
export interface ToyCurve {
  readonly variant: (typeof toyVariants)[number];
  readonly seeds: number;
  /** E[R] before each update and after the last one. */
  readonly rewards: readonly number[];
}

export interface BiasRow {
  readonly name: string;
  readonly bias: Bias;
}

export const toyVariants = ["rlvr", "naivehe", "he", "herl"] as const satisfies readonly Variant[];
export const toyUpdates = 100;
export const toySeeds = 4;
const abilityPoints = 13;
/** Larger groups have too many kinds to be summed in a moment. */
export const biasResponses = 4;

const estimators: readonly (readonly [name: string, variant: Variant, changes: MethodChanges])[] = [
  ["no std, no 1/|τ|", "rlvr", plain("none", "seqMeanTokenSumNorm")],
  ["std, no 1/|τ|", "rlvr", plain("sample", "seqMeanTokenSumNorm")],
  ["no std, 1/|τ|", "rlvr", plain("none", "seqMeanTokenMean")],
  ["std and 1/|τ|: RLVR", "rlvr", {}],
  ["NaiveHE", "naivehe", {}],
  ["HE", "he", {}],
  ["HeRL", "herl", {}],
];

function plain(
  std: "none" | "sample",
  aggregation: "seqMeanTokenMean" | "seqMeanTokenSumNorm",
): MethodChanges {
  return { advantage: { std }, objective: { aggregation } };
}

/** Runs the toy in a thread of its own. New settings make what is still to come of the old ones void. */
export class ToyRuns {
  optimum: Optimum | null = $state.raw(null);
  abilities: readonly Ability[] = $state.raw([]);
  curves: readonly ToyCurve[] = $state.raw([]);
  biases: readonly BiasRow[] = $state.raw([]);
  isBusy = $state(false);
  problem: string | null = $state(null);
  private thread: OpenedThread | null = null;
  private wanted: ToySettings | null = null;

  /** Runs everything for these settings, the quick things first. */
  async run(settings: ToySettings): Promise<void> {
    this.wanted = settings;
    this.isBusy = true;
    this.problem = null;
    const isWanted = () => this.wanted === settings;
    try {
      for await (const done of this.results(settings)) {
        if (!isWanted()) return;
        done();
      }
    } catch (error) {
      if (isWanted()) this.problem = error instanceof Error ? error.message : String(error);
    }
    if (isWanted()) this.isBusy = false;
  }

  /** What there is to compute, one piece after the other; each is shown by calling it. */
  private async *results(settings: ToySettings): AsyncGenerator<() => void> {
    const { toy } = (this.thread ??= openToyThread((message) => this.fail(message)));
    const optimum = await toy.optimum(settings);
    yield () => (this.optimum = optimum);
    const points = await toy.abilities(settings, optimum, abilityPoints);
    yield () => (this.abilities = points);
    let curves: readonly ToyCurve[] = [];
    for (let seed = 0; seed < toySeeds; seed++) {
      const next: ToyCurve[] = [];
      for (const variant of toyVariants) {
        const rewards = await toy.learn(settings, variant, toyUpdates, 100 * settings.seed + seed);
        const before = curves.find((curve) => curve.variant === variant)?.rewards;
        // The mean so far, with one more.
        const mean = rewards.map((reward, i) => ((before?.[i] ?? 0) * seed + reward) / (seed + 1));
        next.push({ variant, seeds: seed + 1, rewards: mean });
        yield () => {};
      }
      curves = next;
      yield () => (this.curves = next);
    }
    const biases: BiasRow[] = [];
    for (const [name, variant, changes] of estimators) {
      biases.push({ name, bias: await toy.bias(settings, variant, biasResponses, changes) });
      yield () => {};
    }
    yield () => (this.biases = biases);
  }

  private fail(message: string): void {
    this.problem = message;
    this.isBusy = false;
  }

  close(): void {
    this.wanted = null;
    this.thread?.close();
    this.thread = null;
  }
}
