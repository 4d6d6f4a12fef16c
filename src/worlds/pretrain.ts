import type { Backend } from "../compute/backend";
import { deriveKey, RandomStream, seedKey, type Key } from "../kernels/random/random";
import { encodeChat } from "../policy/chat";
import { pocketChatTemplate } from "../policy/chat_templates";
import type { ChatMessage } from "../policy/chat_message";
import type { LlamaConfig } from "../policy/gguf/llama_config";
import { ggufValue, type GgufValue } from "../policy/gguf/value";
import { tensorNames, type HostWeight } from "../policy/llama/weights";
import { LlamaPolicy } from "../policy/llama_policy";
import { writeModel } from "../policy/model_file";
import type { BranchScores, Tree } from "../policy/policy";
import { Tokenizer } from "../policy/tokenizer/tokenizer";
import { trainBpe } from "./bpe_trainer";

/** What a world brings to the pre-training of its model. */
export interface PretrainWorld {
  /** What the model's file says of itself. */
  readonly name: string;
  readonly description: string;
  /** The world's own parameters, for the manifest. */
  readonly settings: object;
  /** A drawn conversation, and responses to it: the loss is on the responses alone. */
  prompt(stream: RandomStream): {
    readonly messages: readonly ChatMessage[];
    respond(stream: RandomStream): { readonly response: string };
  };
  /** The parts of a text that the vocabulary is made from, where that is not the whole text. */
  vocabularyParts?(text: string): string[];
}

/** Everything that makes a pocket model, besides its seed. */
export interface PretrainConfig {
  readonly world: PretrainWorld;
  readonly model: Omit<LlamaConfig, "vocab">;
  readonly vocab: number;
  /** Texts from which the vocabulary is made. */
  readonly vocabularySamples: number;
  readonly steps: number;
  /** Conversations per step, and responses to each. */
  readonly batch: number;
  readonly responses: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
}

const specialTokens = ["<|user|>", "<|model|>", "<|end|>"];

export interface PretrainProgress {
  readonly step: number;
  readonly steps: number;
  /** Mean of −ln p over the response tokens of the step, in nats. */
  readonly loss: number;
  /** Response tokens of the step. */
  readonly tokens: number;
  readonly gradNorm: number;
}

/** What the file says of itself, and its tokenizer: a vocabulary trained on the world's own corpus. */
export function modelMetadata(config: PretrainConfig, seed: number): Map<string, GgufValue> {
  const { name, description, prompt, vocabularyParts = (text: string) => [text] } = config.world;
  const texts = function* () {
    for (let i = 0; i < config.vocabularySamples; i++) {
      const stream = RandomStream.of(seed, "vocabulary", i);
      const { messages, respond } = prompt(stream);
      for (const { content } of messages) yield* vocabularyParts(content);
      yield* vocabularyParts(respond(stream).response);
    }
  };
  const { tokens, merges } = trainBpe(texts(), config.vocab, specialTokens);
  const end = tokens.indexOf("<|end|>");
  return new Map([
    ["general.name", ggufValue.string(name)],
    ["general.description", ggufValue.string(description)],
    ["general.license", ggufValue.string("mit")],
    ["general.file_type", ggufValue.uint32(7)], // mostly Q8_0
    ["general.quantization_version", ggufValue.uint32(2)],
    ["tokenizer.ggml.model", ggufValue.string("gpt2")],
    ["tokenizer.ggml.pre", ggufValue.string("gpt-2")],
    ["tokenizer.ggml.tokens", ggufValue.strings(tokens)],
    [
      "tokenizer.ggml.token_type",
      ggufValue.int32s(tokens.map((token) => (specialTokens.includes(token) ? 3 : 1))),
    ],
    ["tokenizer.ggml.merges", ggufValue.strings(merges)],
    ["tokenizer.ggml.eos_token_id", ggufValue.uint32(end)],
    ["tokenizer.ggml.add_bos_token", ggufValue.bool(false)],
    ["tokenizer.chat_template", ggufValue.string(pocketChatTemplate)],
  ]);
}

/** Random initial weights: normal with variance 1 / inputs, the layers' outputs scaled down by √(2 · layers). */
export function initialWeights(config: LlamaConfig, key: Key): Map<string, HostWeight> {
  return new Map(
    [...tensorNames(config)].map(({ hf, shape: [rows, cols] }): [string, HostWeight] => {
      const stream = new RandomStream(deriveKey(key, "initial", hf));
      const residual = /\.(o_proj|down_proj)\.weight$/.test(hf) ? 1 / Math.sqrt(2 * config.layers) : 1;
      const deviation = hf.includes("embed") ? 0.05 : residual / Math.sqrt(cols);
      const draw = rows === 1 ? () => 1 : () => deviation * stream.normal();
      return [hf, { rows, cols, floats: Float32Array.from({ length: rows * cols }, draw) }];
    }),
  );
}

/** A conversation of the corpus with its responses: the prompt is computed once for all of them. */
function sampleTree(stream: RandomStream, config: PretrainConfig, tokenizer: Tokenizer): Tree {
  const { messages, respond } = config.world.prompt(stream);
  const [end] = tokenizer.endIds;
  const branches = Array.from({ length: config.responses }, () => [
    ...tokenizer.encode(respond(stream).response, { specials: false }),
    end,
  ]);
  return {
    prompt: encodeChat(tokenizer, pocketChatTemplate, messages, { addGenerationPrompt: true }).ids,
    branches,
  };
}

/**
 * Makes a pocket model from its seed with this project's own engine: a vocabulary, random weights, and AdamW on the
 * cross-entropy of responses, with the learning rate rising over the first steps and falling linearly to zero.
 * Deterministic on the cpu backend. Resolves with the GGUF file, its matrices as Q8_0.
 */
export async function pretrain(
  backend: Backend,
  config: PretrainConfig,
  seed: number,
  onProgress: (progress: PretrainProgress) => void,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const metadata = modelMetadata(config, seed);
  const tokenizer = new Tokenizer(metadata);
  const model: LlamaConfig = { ...config.model, vocab: tokenizer.vocabSize };
  const policy = new LlamaPolicy(backend, model, initialWeights(model, seedKey(seed)), {
    training: { mode: "full" },
    endIds: tokenizer.endIds,
  });
  for (let step = 0; step < config.steps; step++) {
    const trees = Array.from({ length: config.batch }, (_, i) =>
      sampleTree(RandomStream.of(seed, "pretrain", step, i), config, tokenizer),
    );
    const responses = trees.flatMap(({ branches }) => branches);
    const count = responses.reduce((sum, ids) => sum + ids.length, 0);
    const mean = (_tree: number, _branch: number, { logprobs }: BranchScores) =>
      logprobs.map(() => 1 / count);
    const scores = await policy.backward(trees, mean, { signal });
    const loss =
      -scores.flat().reduce((sum, { logprobs }) => sum + logprobs.reduce((a, b) => a + b, 0), 0) / count;
    const { gradNorm } = await policy.step({
      learningRate: config.learningRate * rateFactor(step, config),
      ...{ beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: config.weightDecay, maxGradNorm: 1 },
    });
    onProgress({ step: step + 1, steps: config.steps, loss, tokens: count, gradNorm });
  }
  return writeModel(model, await policy.model.parameters.read(), metadata, "Q8_0");
}

const rateFactor = (step: number, { steps, warmupSteps }: PretrainConfig): number =>
  Math.min((step + 1) / warmupSteps, (steps - step) / (steps - warmupSteps));
