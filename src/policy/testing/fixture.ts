import type { LlamaConfig } from "../gguf/llama_config";
import { tensorNames, type HostWeight, type HostWeights } from "../llama/weights";
import type { OptimizerOptions, Tree } from "../policy";
import family from "./fixtures/tiny_family.json";
import recorded from "./fixtures/tiny_llama.json";

/** What PyTorch recorded; see tools/record_llama_fixtures.py. */
export const fixture = recorded as unknown as Recorded;

/** Matrices by name, each base64 of little-endian f32. */
type Matrices = Record<string, string>;

interface Recorded {
  readonly config: Omit<LlamaConfig, "tied">;
  readonly prompt: number[];
  readonly branches: number[][];
  readonly models: RecordedModel[];
}

type RecordedScores = { readonly logprobs: string; readonly entropies: string }[];

export interface RecordedModel {
  readonly tied: boolean;
  readonly weights: Matrices;
  readonly coefficients: string[];
  readonly scores: RecordedScores;
  readonly gradients: Matrices;
  /** The rest is recorded for the tied model only. */
  readonly scoresAtTemperature: RecordedScores;
  readonly gradientsAtTemperature: Matrices;
  readonly adamw: {
    readonly options: OptimizerOptions;
    readonly losses: number[];
    readonly gradNorms: number[];
    readonly parameters: Matrices;
  };
  readonly lora: {
    readonly rank: number;
    readonly alpha: number;
    readonly matrices: Matrices;
    readonly scores: RecordedScores;
    readonly gradients: Matrices;
  };
}

export const [tiedModel, untiedModel] = fixture.models;

/** Tiny models of the other kinds, on the same text; see tools/record_family_fixtures.py. */
export const familyModels = family.models as unknown as readonly FamilyModel[];

export interface FamilyModel extends Pick<
  RecordedModel,
  "weights" | "coefficients" | "scores" | "gradients" | "lora"
> {
  readonly name: string;
  readonly config: LlamaConfig;
}

export const fixtureTree: Tree = { prompt: fixture.prompt, branches: fixture.branches };

/** Base64 of little-endian f32. */
export function decodeNumbers(base64: string): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);
}

export const fixtureConfig = (tied: boolean): LlamaConfig => ({ ...fixture.config, tied });

/** The tiny model's weights, as a loader would give them. */
export const fixtureWeights = (model: RecordedModel): HostWeights =>
  weightsOf(fixtureConfig(model.tied), model.weights);

/** Recorded matrices as a loader would give them. */
export function weightsOf(config: LlamaConfig, weights: Matrices): HostWeights {
  return new Map(
    [...tensorNames(config)].map(({ hf, shape: [rows, cols] }): [string, HostWeight] => [
      hf,
      { rows, cols, floats: decodeNumbers(weights[hf]) },
    ]),
  );
}

export const coefficientsOf = (model: Pick<RecordedModel, "coefficients">) => {
  const coefficients = model.coefficients.map(decodeNumbers);
  return (_tree: number, branch: number) => coefficients[branch];
};

export const adamwOptions: OptimizerOptions = tiedModel.adamw.options;
