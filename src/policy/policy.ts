import type { ChatMessage } from "./chat_message";
import type { Key } from "../kernels/random/random";

/**
 * A prompt and the token sequences that continue it, each on its own. The prompt is computed once for all of them.
 * Plain text is a tree without a prompt and with one branch; its first token is then predicted by nothing.
 */
export interface Tree {
  readonly prompt: readonly number[];
  readonly branches: readonly (readonly number[])[];
}

/** One sampled response: token ids as sampled, never decoded and encoded again. */
export interface Rollout {
  /** The end token is the last one if the model produced it; none is added to a truncated response. */
  readonly ids: readonly number[];
  /** ln π of each token under the sampling distribution (temperature included), and its entropy, in nats. */
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
  /** `stop`: the model ended it. `length`: it was cut off. */
  readonly finish: "stop" | "length";
}

export interface SampleRequest {
  readonly prompt: readonly number[];
  /** How many responses to draw. */
  readonly samples: number;
  /** The stream of this request; response i draws from (key, i), its token t from counter t. */
  readonly key: Key;
}

/** What is left of a distribution before a token is drawn: see kernels/truncation. Log-probabilities are of what is left. */
export interface Truncation {
  /** 0: no limit. */
  readonly topK: number;
  /** 1: no limit. */
  readonly topP: number;
  /** 0: no limit. */
  readonly minP: number;
}

export interface SampleOptions {
  /** 0 takes the most probable token at every step. */
  readonly temperature: number;
  /**
   * Draw from the likely part of the distribution alone. Never for responses that are trained on: they must come from the
   * policy that is trained.
   */
  readonly truncation?: Truncation;
  /**
   * How keys and values are kept while responses grow: as floats, or (`q8`) as eight-bit integers in a quarter of the memory,
   * where their width is a multiple of 32. Floats for responses that are trained on, as above. Default `f32`.
   */
  readonly cache?: "f32" | "q8";
  /** Responses are also cut off where prompt and response fill the context. */
  readonly maxNewTokens: number;
  /**
   * Whether a response ends after these tokens, beside those of the model that end one (`stop_strings.ts`). Never for
   * responses that are trained on: the policy did not end them.
   */
  readonly isStopped?: (ids: readonly number[]) => boolean;
  readonly signal?: AbortSignal;
  /** Called as tokens arrive, for a page that shows them growing. */
  readonly onToken?: (request: number, sample: number, id: number) => void;
}

/** Per predicted token of one branch. A branch of a tree without a prompt predicts all but its first token. */
export interface BranchScores {
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
}

/**
 * What one branch's tokens received in a backward pass: the coefficients c of L = −Σ c ln π, and the sums over the
 * unsampled tokens that the gradient analysis rests on (`GradientStatistics` in kernels/lm_head).
 */
export interface BranchGradients extends BranchScores {
  readonly coefficients: Float32Array;
  readonly unsampledMass: Float32Array;
  readonly unsampledSquares: Float32Array;
  readonly unsampledLogs: Float32Array;
  readonly sampledProbability: Float32Array;
}

/** The coefficients of a branch's predicted tokens, given their current scores. */
export type CoefficientsOf = (tree: number, branch: number, scores: BranchScores) => ArrayLike<number>;

export interface ScoreOptions {
  /** Default 1. */
  readonly temperature?: number;
  /** `reference`: the weights that the run started from. Default `current`. */
  readonly weights?: "current" | "reference";
  readonly signal?: AbortSignal;
}

/** A language model that samples and scores. */
export interface Policy {
  /** The longest sequence, prompt and response together, in tokens. */
  readonly contextLength: number;
  /** Responses by request, then by sample. Rejects with CONTEXT_TOO_LONG when a prompt leaves no room for one. */
  sample(requests: readonly SampleRequest[], options: SampleOptions): Promise<Rollout[][]>;
  /** Scores by tree, then by branch. Rejects with CONTEXT_TOO_LONG. */
  score(trees: readonly Tree[], options?: ScoreOptions): Promise<BranchScores[][]>;
  /** ln π of every token of the vocabulary after `prefix`. */
  nextToken(prefix: readonly number[], options?: ScoreOptions): Promise<Float32Array>;
}

export interface OptimizerOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** The gradient is scaled down to this L2 norm when it is longer; 0 leaves it alone. */
  readonly maxGradNorm: number;
}

export interface StepResult {
  /** L2 norm before clipping. */
  readonly gradNorm: number;
  /** True when the gradient was not finite: nothing was changed. */
  readonly skipped: boolean;
}

/** Everything that training changes: restore it and the same steps give the same numbers. */
export interface PolicySnapshot {
  readonly parameters: Float32Array<ArrayBuffer>;
  readonly firstMoments: Float32Array<ArrayBuffer>;
  readonly secondMoments: Float32Array<ArrayBuffer>;
  /** Optimiser steps taken. */
  readonly steps: number;
}

/** A policy that learns. Gradients add up over calls of `backward` until `step` uses and clears them. */
export interface TrainablePolicy extends Policy {
  backward(
    trees: readonly Tree[],
    coefficientsOf: CoefficientsOf,
    options?: Pick<ScoreOptions, "temperature" | "signal">,
  ): Promise<BranchGradients[][]>;
  step(options: OptimizerOptions): Promise<StepResult>;
  /** Forgets the gradients that have added up. */
  clearGradients(): void;
  /** What has added up: ∂L/∂θ of L = −Σ c ln π, in the order of `PolicySnapshot.parameters`. */
  readGradients(): Promise<Float32Array>;
  /**
   * Runs `work`, which may train, on the policy as it is, and puts everything back afterwards, whatever happens:
   * parameters, moments, and the gradients that have added up.
   */
  preserve<T>(work: () => Promise<T>): Promise<T>;
  snapshot(): Promise<PolicySnapshot>;
  restore(snapshot: PolicySnapshot): void;
}

/** Between messages and tokens: the model's own chat template and tokenizer. */
export interface ChatCodec {
  /** The conversation as tokens, ending where the model is to answer. Raises CHAT_TEMPLATE. */
  encode(messages: readonly ChatMessage[]): readonly number[];
  /** A given text as the tokens of a response, with the token that ends it, if there is one. */
  encodeResponse(text: string): readonly number[];
  /** The text of a response, without control tokens. */
  decode(ids: readonly number[]): string;
}
