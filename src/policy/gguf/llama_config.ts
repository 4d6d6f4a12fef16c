/** The architectures that are read, by the names that GGUF files give them. */
export const architectures = ["llama", "qwen2", "qwen3"] as const;

export type Architecture = (typeof architectures)[number];

/**
 * The sizes and constants of a Llama-family decoder (RMSNorm, RoPE, grouped-query attention, SwiGLU). qwen2 adds a bias to
 * queries, keys and values; qwen3 a norm of each head of queries and keys.
 */
export interface LlamaConfig {
  readonly architecture: Architecture;
  readonly layers: number;
  /** Width of the residual stream. */
  readonly dim: number;
  readonly heads: number;
  /** Heads of keys and values, each shared by heads / kvHeads query heads. */
  readonly kvHeads: number;
  /** Often dim / heads, but not in every model. */
  readonly headDim: number;
  readonly ffnDim: number;
  readonly vocab: number;
  /** The longest sequence the model was made for, in tokens. */
  readonly contextLength: number;
  /** θ of rotary position embedding. */
  readonly ropeBase: number;
  /** What each of the headDim / 2 rotary frequencies is divided by; absent where they are as they are. */
  readonly ropeDivisors?: readonly number[];
  readonly rmsEpsilon: number;
  /** The embedding matrix is the output matrix too. */
  readonly tied: boolean;
}

/** Queries, keys and values have a bias. */
export const hasBias = ({ architecture }: Pick<LlamaConfig, "architecture">): boolean =>
  architecture === "qwen2";

/** Each head of queries and keys is normalised before it is rotated. */
export const hasHeadNorms = ({ architecture }: Pick<LlamaConfig, "architecture">): boolean =>
  architecture === "qwen3";
