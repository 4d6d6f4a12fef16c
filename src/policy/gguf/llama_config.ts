/** The sizes and constants of a Llama decoder (RMSNorm, RoPE, grouped-query attention, SwiGLU). */
export interface LlamaConfig {
  readonly architecture: "llama";
  readonly layers: number;
  /** Width of the residual stream; heads × headDim. */
  readonly dim: number;
  readonly heads: number;
  /** Heads of keys and values, each shared by heads / kvHeads query heads. */
  readonly kvHeads: number;
  readonly headDim: number;
  readonly ffnDim: number;
  readonly vocab: number;
  /** The longest sequence the model was made for, in tokens. */
  readonly contextLength: number;
  /** θ of rotary position embedding. */
  readonly ropeBase: number;
  readonly rmsEpsilon: number;
  /** The embedding matrix is the output matrix too. */
  readonly tied: boolean;
}
