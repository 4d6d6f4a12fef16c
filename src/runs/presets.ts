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

/** What presets for models that people bring have in common: pocket tasks in general words, adapters, little memory. */
const brought: RunConfigInput = {
  groups: 2,
  maxNewTokens: 64,
  world: { wording: "general", minConstraints: 1, maxConstraints: 2 },
  objective: { klCoef: 0 },
  training: { mode: "lora", rank: 8, alpha: 16, recompute: true },
  evaluation: { heldout: 16, close: 8, ood: 8 },
  // Snapshots for the lab are as large as the adapter.
  snapshotEvery: 0,
  analyzeEvery: 0,
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
  {
    name: "smollm2-135m",
    description:
      "SmolLM2-135M-Instruct, or another model of its size, from a GGUF file of yours: instructions with one or two constraints, in plain English",
    config: {
      ...brought,
      model: "SmolLM2-135M-Instruct.Q4_1.gguf",
      optimizer: { learningRate: 1e-4, weightDecay: 0 },
    },
  },
  {
    name: "half-billion",
    description:
      "A model of 0.3 to 0.6 billion parameters from a GGUF file of yours (Qwen2.5-0.5B, Qwen3-0.6B, SmolLM2-360M): untested defaults",
    config: {
      ...brought,
      model: "Qwen2.5-0.5B-Instruct-Q4_0.gguf",
      optimizer: { learningRate: 5e-5, weightDecay: 0 },
    },
  },
];

/** Whether a preset is for models that are no part of the playground. */
export const isForBrought = (preset: string): boolean => isModelFile(presetOf(preset).config.model ?? "");

/** Whether a model's name is a file's: embedded ones have no ending. */
export const isModelFile = (model: string): boolean => /\.gguf$/i.test(model);

/** The preset for a model file with so many parameters. */
export const presetForSize = (parameters: number): string =>
  parameters < 2.5e8 ? "smollm2-135m" : "half-billion";

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
  const { rollouts, enabled, edit, context, weight, alpha, loss, references, ...more } = variantSettings(
    variant,
    responsesPerGroup,
  );
  const { aggregation, scaffold, scores } = more;
  return {
    ...input,
    ...{ variant, rollouts },
    hindsight: { ...input.hindsight, enabled, edit, context, weight },
    bonus: { ...input.bonus, alpha },
    objective: { ...input.objective, loss, references, aggregation },
    scaffold: { ...input.scaffold, enabled: scaffold },
    process: { ...input.process, scores },
  };
}
