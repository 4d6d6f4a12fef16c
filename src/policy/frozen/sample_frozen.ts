import { deriveKey, threefry, type Key } from "../../kernels/random/random";
import type { ChatMessage } from "../chat_message";
import type { FrozenEngine, FrozenReply } from "./frozen_engine";

export interface SampleFrozenOptions {
  /** How many responses to draw. */
  readonly samples: number;
  readonly temperature: number;
  readonly maxTokens: number;
  /** The stream of this request; response i draws from (key, i). */
  readonly key: Key;
  readonly signal?: AbortSignal;
  readonly onSample?: (sample: number, response: FrozenSample) => void;
}

/** A response of a frozen policy: text, since its tokens are not those of the policy that learns. */
export interface FrozenSample {
  readonly text: string;
  readonly finish: FrozenReply["finish"];
  /** Σ ln π of its tokens, the one that ends it included, under the sampling distribution, in nats. */
  readonly logprob: number;
  readonly tokens: number;
}

/**
 * Draws responses from a frozen policy, one after the other: it explores, it does not learn. Rejects as `chat` does.
 */
export async function sampleFrozen(
  engine: FrozenEngine,
  messages: readonly ChatMessage[],
  options: SampleFrozenOptions,
): Promise<FrozenSample[]> {
  const { samples, temperature, maxTokens, key, signal, onSample } = options;
  const responses: FrozenSample[] = [];
  for (let i = 0; i < samples; i++) {
    const seed = threefry(deriveKey(key, i), 0, 0)[0];
    const { text, finish, logprobs } = await engine.chat(messages, {
      ...{ temperature, maxTokens, seed, logprobs: true },
      ...(signal && { signal }),
    });
    const known = logprobs ?? [];
    const sample = {
      text,
      finish,
      logprob: known.reduce((sum, { logprob }) => sum + logprob, 0),
      tokens: known.length,
    };
    responses.push(sample);
    onSample?.(i, sample);
  }
  return responses;
}
