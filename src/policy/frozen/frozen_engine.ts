import type { ChatMessage } from "../chat_message";

/**
 * A language model that somebody else trained and that stays as it is: it answers, and it shows what it would say
 * next. A local judge and exploration use it. What goes in and comes out is plain data, so that the engine can sit in
 * another thread (`thread.ts`); what goes wrong is a `HerlError`.
 */
export interface FrozenEngine {
  /** Every model that can be asked for, those that need least memory first. */
  models(): Promise<readonly FrozenModel[]>;
  /** What this device offers; see `lacksOf`. */
  device(): Promise<FrozenDevice>;
  /**
   * Makes a model ready, downloading what is not stored yet; the model before it is let go. Rejects with
   * WEBLLM_MODEL (no such model), WEBLLM_UNAVAILABLE (the device lacks something: nothing is downloaded then),
   * WEBLLM_DOWNLOAD, STORE_FULL, DEVICE_LOST, WEBLLM_FAILED, or the reason of `signal`.
   */
  load(model: string, options?: LoadOptions): Promise<void>;
  /** Lets the model go, and with it the graphics memory that it holds. */
  unload(): Promise<void>;
  /** Id of the model that is ready, or null. */
  loaded(): Promise<string | null>;
  /**
   * One answer. Requests are answered one after the other; each sees its own messages only. Rejects with WEBLLM_MODEL
   * (none is loaded), CONTEXT_TOO_LONG, DEVICE_LOST, WEBLLM_FAILED, or the reason of `signal`.
   */
  chat(messages: readonly ChatMessage[], options: ChatOptions): Promise<FrozenReply>;
  /**
   * ln p of every token of the model's vocabulary [vocabulary] after a conversation that ends with the user, or after
   * plain text, at temperature 1. The model must have been loaded with `distributions`. Rejects as `chat` does.
   */
  nextToken(prefix: readonly ChatMessage[] | string, signal?: AbortSignal): Promise<Float32Array>;
  /** Ends the answer that is being written; its `finish` is then "abort". */
  interrupt(): Promise<void>;
  readonly cache: FrozenCache;
}

/** Files of models that this browser keeps. Never asks the network. */
export interface FrozenCache {
  /** Every model with at least one file. */
  list(): Promise<readonly CachedModel[]>;
  /** Whether every file of the model's weights is there. */
  has(model: string): Promise<boolean>;
  /** Removes the model's files; a library that another stored model shares stays. */
  delete(model: string): Promise<void>;
}

export interface FrozenModel {
  readonly id: string;
  /** Graphics memory that it takes, in megabytes, at `contextLength`. The download is smaller. */
  readonly memoryMB: number;
  /** Features of the graphics adapter that it cannot do without, for instance "shader-f16". */
  readonly features: readonly string[];
  /** Made for phones and other small devices. */
  readonly lowResource: boolean;
  /** Tokens of prompt and answer together; null where the model's own file says it. */
  readonly contextLength: number | null;
  /** The largest buffer that a shader must see, in bytes; 0 where the model says nothing. */
  readonly bufferBytes: number;
}

/** What a page may use here. Limits are the graphics adapter's, in bytes; 0 without one. */
export interface FrozenDevice {
  /** Whether the browser has WebGPU at all; it has none on pages without https, localhost apart. */
  readonly webgpu: boolean;
  readonly secure: boolean;
  readonly adapter: boolean;
  readonly features: readonly string[];
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
  readonly maxComputeWorkgroupStorageSize: number;
  /** Bytes that the page may still store, or null where the browser does not say. */
  readonly freeBytes: number | null;
  readonly online: boolean;
}

export interface LoadOptions {
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
  /** Makes `nextToken` possible, at the price of copying a row of logits from the graphics card at every token. */
  readonly distributions?: boolean;
  /** Tokens of prompt and answer together: less takes less memory. Default the model's own. */
  readonly contextLength?: number;
}

export interface LoadProgress {
  /** Opening: configuration and program. Fetching and loading: weights, from the network and into graphics memory. */
  readonly phase: "opening" | "fetching" | "loading" | "compiling";
  /** Share of the phase, 0 to 1. */
  readonly share: number;
  /** Bytes of weights fetched or loaded so far, to the megabyte; null where the phase does not count bytes. */
  readonly bytes: number | null;
}

export interface ChatOptions {
  /** 0 takes the most probable token at every step. */
  readonly temperature: number;
  /** Tokens of the answer. */
  readonly maxTokens: number;
  /** A JSON schema: the answer is then JSON that fits it, unless it is cut off. */
  readonly responseSchema?: Readonly<Record<string, unknown>>;
  /** An integer: the same seed and request give the same answer on the same device. */
  readonly seed?: number;
  /** Asks for the answer's log-probabilities; `onToken` then hears the answer as a whole. */
  readonly logprobs?: boolean;
  readonly signal?: AbortSignal;
  /** Hears the answer's text in pieces as it grows. */
  readonly onToken?: (text: string) => void;
}

export interface FrozenReply {
  readonly text: string;
  /** `stop`: the model ended it. `length`: it was cut off. `abort`: it was interrupted. */
  readonly finish: "stop" | "length" | "abort";
  readonly usage: FrozenUsage;
  /** By token; the one that ends the answer is the last if the model produced it. Null unless asked for. */
  readonly logprobs: readonly TokenLogprob[] | null;
}

export interface FrozenUsage {
  readonly promptTokens: number;
  /** With the token that ends the answer. */
  readonly completionTokens: number;
}

export interface TokenLogprob {
  /** The token as text; half a character is shown as U+FFFD. */
  readonly token: string;
  /** ln p at the temperature of the request, in nats. */
  readonly logprob: number;
}

export interface CachedModel {
  readonly id: string;
  readonly bytes: number;
  /** False for a download that was broken off: loading the model fetches the rest. */
  readonly complete: boolean;
}
