import { hashOf } from "../hash";
import { parseConfig, type RunConfig } from "../runs/config";
import { digestVersion } from "../runs/digest";
import { resolveConfig } from "../runs/presets";
import { configDifferences } from "../runs/settings";
import type { Arm, Experiment, Part, Probe } from "./experiment";

/** One run of an experiment with its probes: a model, trained by an arm's method with a seed. */
export interface Unit {
  readonly part: string;
  readonly arm: string;
  readonly model: string;
  readonly seed: number;
  readonly config: RunConfig;
  /** Updates. */
  readonly steps: number;
  readonly probes: readonly Probe[];
  /** The unit whose adapter it starts from. */
  readonly after: Unit | null;
  /** Names what is trained; units that differ in their probes alone have it in common. */
  readonly trainingKey: string;
  /** Names the unit: those of several experiments with the same key have the same result. */
  readonly key: string;
}

/** A unit that cannot be run yet. */
export interface WaitingUnit extends Pick<Unit, "part" | "arm" | "model" | "seed"> {
  /** What it waits for: "the model pocket-2". */
  readonly waitsFor: string;
}

/** Learning rates by preset and method: `experiments/tuning/rates.json`. */
export type TunedRates = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What units rest on besides the definition. */
export interface Surroundings {
  /** The SHA-256 of a model's file; null where there is none of that name. */
  readonly modelHash: (name: string) => string | null;
  readonly rates: TunedRates;
}

/**
 * The units of an experiment, in the order of its definition: part, arm, model, seed. Throws what `resolveConfig` throws
 * for settings that are not valid.
 */
export function unitsOf(experiment: Experiment, surroundings: Surroundings): (Unit | WaitingUnit)[] {
  return experiment.parts.flatMap((part) =>
    part.arms.flatMap((arm) =>
      part.models.flatMap((model) => part.seeds.map((seed) => unitOf(part, arm, model, seed, surroundings))),
    ),
  );
}

/** How a unit or its result is called in messages. */
export const unitName = ({ part, arm, model, seed }: Pick<Unit, "part" | "arm" | "model" | "seed">): string =>
  `${part} / ${arm} / ${model} / seed ${seed}`;

export const isWaiting = (unit: Unit | WaitingUnit): unit is WaitingUnit => "waitsFor" in unit;

function unitOf(
  part: Part,
  arm: Arm,
  model: string,
  seed: number,
  surroundings: Surroundings,
): Unit | WaitingUnit {
  const names = { part: part.name, arm: arm.name, model, seed };
  const hash = surroundings.modelHash(model);
  if (hash === null) return { ...names, waitsFor: `the model ${model}` };
  const rate = surroundings.rates[part.preset]?.[arm.method];
  if (arm.rate === "tuned" && rate === undefined)
    return { ...names, waitsFor: `the tuned rate of ${arm.method} on ${part.preset}` };
  const before = part.arms.find(({ name }) => name === arm.after);
  const after = before ? unitOf(part, before, model, seed, surroundings) : null;
  if (after && isWaiting(after)) return { ...names, waitsFor: after.waitsFor };

  const settings = { ...part.settings, ...(arm.rate && { "optimizer.learningRate": rate }), ...arm.settings };
  const config = resolveConfig({
    ...{ preset: part.preset, variant: arm.method, seed },
    settings: Object.entries({ ...settings, model }).map(([key, value]) => [key, String(value)]),
  });
  const steps = arm.steps ?? part.steps;
  const probes = part.probes ?? [];
  const trainingKey = hashOf([
    digestVersion,
    decidingSettings(config),
    steps,
    hash,
    after?.trainingKey ?? null,
  ]);
  return { ...names, config, steps, probes, after, trainingKey, key: hashOf([trainingKey, probes]) };
}

const defaults = parseConfig({});

/** Settings that decide nothing that is measured: names, the model (its file counts), and what is kept on the way. */
const namesAndKeeping = ["preset", "variant", "model", "checkpointEvery", "snapshotEvery"];

/**
 * What decides a run: its settings that are not the defaults, in alphabetical order. A setting that is added later, with
 * what was done before as its default, changes no key.
 */
const decidingSettings = (config: RunConfig): [string, string][] =>
  configDifferences(config, defaults)
    .filter(([key]) => !namesAndKeeping.includes(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
