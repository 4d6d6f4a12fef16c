import { HerlError } from "../errors";
import { variantSettings, type Variant } from "../herl/config";
import { familyClasses, trainableFamilies } from "../worlds/pocket/families/registry";
import { parseConfig, type RunConfig, type RunConfigInput } from "./config";
import { parseSetting, withSetting } from "./settings";

export interface Preset {
  readonly name: string;
  /** What a reader can see with it. */
  readonly description: string;
  readonly config: RunConfigInput;
}

/** What all presets of the pocket world share; found by measurement, see docs/log.md. */
const pocket: RunConfigInput = {
  model: "pocket",
  groups: 8,
  maxNewTokens: 128,
  optimizer: { learningRate: 1e-3, weightDecay: 0 },
  objective: { klCoef: 0 },
  training: { mode: "lora", rank: 8, alpha: 16 },
};

export const presets: readonly Preset[] = [
  {
    name: "pocket",
    description:
      "All sixteen families of constraints, from those that the model follows half the time to those it never does",
    config: { ...pocket, world: { families: [...trainableFamilies] } },
  },
  {
    name: "pocket-rare",
    description:
      "Six families that the model almost never follows by itself: where exploration is the bottleneck",
    config: { ...pocket, world: { families: [...familyClasses.rare] } },
  },
  {
    name: "pocket-unseen",
    description:
      "Four families that the model never follows by itself, only when it revises: sampling alone finds nothing",
    config: { ...pocket, world: { families: [...familyClasses.unseen] } },
  },
  {
    name: "pocket-soft",
    description:
      "One or two constraints that code decides, and two items that only a judge can decide: needs a judge's address",
    config: {
      ...pocket,
      world: { families: [...familyClasses.rare], minConstraints: 1, maxConstraints: 2, judged: 2 },
      // Each response of an evaluation is a call of the judge.
      evaluation: { heldout: 24, close: 0, ood: 0 },
    },
  },
  {
    name: "steps",
    description:
      "Problems in several steps: the model can make every step, and rarely makes all of them right. Sparse rewards, or ExpRL's scores of segments",
    config: {
      ...pocket,
      model: "steps",
      maxNewTokens: 96,
      world: { source: "steps" },
      // Several responses to each problem, to see which ones were ever solved.
      evaluation: { samples: 8, heldout: 48, close: 16, ood: 16 },
    },
  },
];

/** Responses generated per instruction, the same for every variant. */
const responsesPerGroup = 8;

/** The preset of that name. Throws PRESET_UNKNOWN. */
export function presetOf(name: string): Preset {
  const preset = presets.find((p) => p.name === name);
  if (preset) return preset;
  const names = presets.map((p) => p.name).join(", ");
  throw new HerlError("PRESET_UNKNOWN", `There is no preset called ${name}`, `Choose one of ${names}`);
}

export interface ConfigRequest {
  readonly preset: string;
  readonly variant?: Variant;
  readonly seed?: number;
  /** Settings as text, applied last; later ones win. */
  readonly settings?: readonly (readonly [key: string, value: string])[];
}

/** A complete configuration: the preset, then what the variant sets, then single settings. */
export function resolveConfig({
  preset,
  variant = "herl",
  seed = 0,
  settings = [],
}: ConfigRequest): RunConfig {
  const base = withVariant({ ...presetOf(preset).config, preset, variant, seed }, variant);
  return parseConfig(
    settings.reduce((input, [key, value]) => withSetting(input, key, parseSetting(key, value)), base),
  );
}

/** The settings that tell the variants apart, put into a configuration. */
export function withVariant(input: RunConfigInput, variant: Variant): RunConfigInput {
  const { rollouts, enabled, edit, context, weight, alpha, loss, aggregation, scaffold, scores } =
    variantSettings(variant, responsesPerGroup);
  return {
    ...input,
    ...{ variant, rollouts },
    hindsight: { ...input.hindsight, enabled, edit, context, weight },
    bonus: { ...input.bonus, alpha },
    objective: { ...input.objective, loss, aggregation },
    scaffold: { ...input.scaffold, enabled: scaffold },
    process: { ...input.process, scores },
  };
}
