/**
 * What we use of `@mlc-ai/web-llm` 0.2.86, as types of our own: only the worker that hosts it imports the package, and
 * the logic around it is tested without it. The worker's compiler checks that the package fits.
 */
export interface MlcEngine {
  reload(model: string, options?: { context_window_size?: number }): Promise<void>;
  unload(): Promise<void>;
  resetChat(): Promise<void>;
  interruptGenerate(): Promise<void>;
  setInitProgressCallback(callback: (report: MlcProgress) => void): void;
  /** By model id; read when a model is loaded. */
  setLogitProcessorRegistry(registry: Map<string, MlcLogitProcessor>): void;
  readonly chat: { readonly completions: { create(request: MlcChatRequest): Promise<MlcAnswer> } };
  readonly completions: { create(request: MlcTextRequest): Promise<unknown> };
}

export interface MlcProgress {
  readonly progress: number;
  readonly text: string;
}

/** Sees the logits of the last position, on the host, before every sampled token. */
export interface MlcLogitProcessor {
  processLogits(logits: Float32Array): Float32Array;
  processSampledToken(token: number): void;
  resetState(): void;
}

interface MlcSampling {
  max_tokens: number;
  temperature: number;
  top_p: number;
  repetition_penalty: number;
  frequency_penalty: number;
  presence_penalty: number;
  seed?: number;
}

export interface MlcTextRequest extends MlcSampling {
  prompt: string;
  stream: false;
}

export interface MlcChatRequest extends MlcSampling {
  messages: { role: "system" | "user" | "assistant"; content: string }[];
  stream: boolean;
  stream_options?: { include_usage: boolean };
  logprobs?: boolean;
  top_logprobs?: number;
  response_format?: { type: "json_object"; schema: string };
  extra_body?: { enable_thinking: boolean };
}

interface MlcUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

type MlcFinish = "stop" | "length" | "tool_calls" | "abort";

export interface MlcCompletion {
  readonly choices: readonly {
    readonly finish_reason: MlcFinish;
    readonly message: { readonly content: string | null };
    readonly logprobs?: { readonly content: readonly { token: string; logprob: number }[] | null } | null;
  }[];
  readonly usage?: MlcUsage;
}

export interface MlcChunk {
  readonly choices: readonly {
    readonly finish_reason: MlcFinish | null;
    readonly delta: { readonly content?: string | null };
  }[];
  readonly usage?: MlcUsage;
}

export type MlcAnswer = MlcCompletion | AsyncIterable<MlcChunk>;

/** One entry of the package's list of models. */
export interface MlcRecord {
  readonly model: string;
  readonly model_id: string;
  readonly model_lib: string;
  readonly overrides?: { readonly context_window_size?: number };
  readonly vram_required_MB?: number;
  readonly low_resource_required?: boolean;
  readonly buffer_size_required_bytes?: number;
  readonly required_features?: readonly string[];
  /** 0 or absent: text. 1: embeddings. 2: images. */
  readonly model_type?: number;
}
