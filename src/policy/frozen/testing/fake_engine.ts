import { RandomStream } from "../../../kernels/random/random";
import type { ChatMessage } from "../../chat_message";
import { HerlError } from "../../../errors";
import { refusalOf } from "../device";
import type {
  CachedModel,
  ChatOptions,
  FrozenDevice,
  FrozenEngine,
  FrozenReply,
  TokenLogprob,
} from "../frozen_engine";
import { logSoftmax } from "../log_softmax";
import { orAborted, queue } from "../turns";
import { noDistributions, nothingLoaded, unknownModel } from "../mlc_errors";
import { ableDevice, tinyModels } from "./tiny_records";
import { drawToken, endText, fitting, promptOf, tinyLogits, tokensOf, vocabulary } from "./tiny_model";

export interface FakeOptions {
  readonly device?: FrozenDevice;
  /** Writes the answers instead of the tiny model: for tests of what asks. */
  readonly answer?: (messages: readonly ChatMessage[], options: ChatOptions) => string;
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

/** A `FrozenEngine` without a model: deterministic, at once, and as strict as the real one. */
export function fakeFrozenEngine({ device = ableDevice, answer }: FakeOptions = {}): FrozenEngine {
  const stored = new Map<string, CachedModel>();
  let ready: { readonly id: string; readonly distributions: boolean; readonly context: number } | null = null;
  let isInterrupted = false;
  const enqueue = queue();

  function inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const done = enqueue(async () => {
      signal?.throwIfAborted();
      isInterrupted = false;
      return work();
    });
    return orAborted(signal, done);
  }

  const modelOf = (id: string) => {
    const model = tinyModels.find((other) => other.id === id);
    if (!model) throw unknownModel(id);
    return model;
  };

  function promptFor(prefix: readonly ChatMessage[] | string): string {
    if (!ready) throw nothingLoaded();
    const prompt = typeof prefix === "string" ? prefix : promptOf(prefix);
    if (tokensOf(prompt) <= ready.context) return prompt;
    throw new HerlError("CONTEXT_TOO_LONG", "The prompt does not fit the context", "Shorten the prompt");
  }

  async function write(messages: readonly ChatMessage[], options: ChatOptions): Promise<FrozenReply> {
    const { temperature, maxTokens, seed, responseSchema, logprobs, signal, onToken } = options;
    const prompt = promptFor(messages);
    const stream = RandomStream.of(seed ?? 1, "fake");
    const pieces: TokenLogprob[] = [];
    let text = "";
    let finish: FrozenReply["finish"] = "stop";
    const scripted =
      answer?.(messages, options) ?? (responseSchema && JSON.stringify(fitting(responseSchema, stream)));
    for (;;) {
      await turn();
      signal?.throwIfAborted();
      if (isInterrupted) finish = "abort";
      else if (pieces.length === maxTokens) finish = "length";
      if (finish !== "stop") break;
      const { id, logprob } = drawToken(prompt + text, temperature, stream);
      const token = scripted === undefined ? vocabulary[id] : scripted.slice(text.length, text.length + 8);
      pieces.push({ token: token || endText, logprob });
      if (token === "") break;
      text += token;
      if (!logprobs) onToken?.(token);
    }
    if (logprobs) onToken?.(text);
    const usage = { promptTokens: tokensOf(prompt), completionTokens: pieces.length };
    return { text, finish, usage, logprobs: logprobs ? pieces : null };
  }

  return {
    models: async () => tinyModels,
    device: async () => device,
    load: (id, { distributions = false, contextLength, onProgress, signal } = {}) =>
      inTurn(signal, async () => {
        const model = modelOf(id);
        const refusal = refusalOf(model, device);
        if (refusal) throw refusal;
        ready = null;
        const bytes = model.memoryMB * 1e6;
        for (const share of [0.25, 0.5, 0.75, 1]) {
          await turn();
          signal?.throwIfAborted();
          if (!stored.get(id)?.complete) stored.set(id, { id, bytes: bytes * share, complete: share === 1 });
          onProgress?.({ phase: "fetching", share, bytes: bytes * share });
        }
        ready = { id, distributions, context: contextLength ?? model.contextLength ?? 4096 };
      }),
    unload: () => inTurn(undefined, async () => void (ready = null)),
    loaded: async () => ready?.id ?? null,
    chat: (messages, options) => inTurn(options.signal, () => write(messages, options)),
    nextToken: (prefix, signal) =>
      inTurn(signal, async () => {
        const prompt = promptFor(prefix);
        if (!ready!.distributions) throw noDistributions(ready!.id);
        return logSoftmax(tinyLogits(prompt));
      }),
    interrupt: async () => void (isInterrupted = true),
    cache: {
      list: async () => [...stored.values()],
      has: async (id) => stored.get(modelOf(id).id)?.complete ?? false,
      delete: async (id) => void stored.delete(modelOf(id).id),
    },
  };
}
