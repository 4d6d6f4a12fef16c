import { worlds as pocketWorlds } from "./pocket/config";
import { corpusPrompt } from "./pocket/corpus";
import type { PocketConfig } from "./pocket/config";
import type { PretrainConfig, PretrainWorld } from "./pretrain";
import { stepsConfig } from "./steps/config";
import { stepsPrompt } from "./steps/corpus";

const pocketWorld = (settings: PocketConfig): PretrainWorld => ({
  name: "HeRL pocket",
  description:
    "A model of a tiny language, made by `herl pretrain` for the HeRL Playground. It was taught to revise drafts.",
  settings,
  prompt: (stream) => corpusPrompt(stream, settings),
});

const stepsWorld: PretrainWorld = {
  name: "HeRL steps",
  description:
    "A model of problems in several steps, made by `herl pretrain` for the HeRL Playground. It was taught to err, and to revise drafts.",
  settings: stepsConfig,
  prompt: (stream) => stepsPrompt(stream, stepsConfig),
  // Digits stay tokens of their own.
  vocabularyParts: (text) => text.split(/\d+/),
};

const pocket = {
  model: {
    architecture: "llama",
    ...{ layers: 3, dim: 96, heads: 4, kvHeads: 2, headDim: 24, ffnDim: 256 },
    ...{ contextLength: 384, ropeBase: 10000, rmsEpsilon: 1e-5, tied: true },
  },
  vocab: 512,
  vocabularySamples: 4000,
  steps: 3500,
  batch: 40,
  responses: 2,
  learningRate: 3e-3,
  warmupSteps: 50,
  weightDecay: 0.01,
} as const satisfies Omit<PretrainConfig, "world">;

const steps = {
  ...pocket,
  model: { ...pocket.model, dim: 64, headDim: 16, ffnDim: 192, contextLength: 320 },
  vocab: 320,
  steps: 1800,
  batch: 16,
  responses: 3,
  learningRate: 4e-3,
} as const satisfies Omit<PretrainConfig, "world">;

/** What `herl pretrain` makes models of, by name, with everything but the seed. */
export const pretrainConfigs: Readonly<Record<string, PretrainConfig>> = {
  pocket: { ...pocket, world: pocketWorld(pocketWorlds.pocket) },
  "pocket-numbers": { ...pocket, world: pocketWorld(pocketWorlds["pocket-numbers"]) },
  steps: { ...steps, world: stepsWorld },
};
