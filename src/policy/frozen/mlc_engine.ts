import type { ChatMessage } from "../chat_message";
import { refusalOf } from "./device";
import type { ChatOptions, FrozenDevice, FrozenEngine, FrozenReply, LoadOptions } from "./frozen_engine";
import { logSoftmax } from "./log_softmax";
import type { MlcAnswer, MlcChatRequest, MlcChunk, MlcCompletion, MlcEngine, MlcRecord } from "./mlc";
import { mlcCache, type FileCaches } from "./mlc_cache";
import { herlErrorOf, noDistributions, nothingLoaded, unknownModel } from "./mlc_errors";
import { frozenModels, readProgress } from "./mlc_models";
import { orAborted, queue } from "./turns";

/** What `mlcFrozenEngine` works with; in the worker these are WebLLM's and the browser's own. */
export interface MlcParts {
  readonly engine: MlcEngine;
  readonly records: readonly MlcRecord[];
  readonly caches: FileCaches;
  readonly device: () => Promise<FrozenDevice>;
}

/**
 * Everything explicit: what is left out would come from the model's own file (many set a temperature of 0.7 and a
 * penalty of repetitions), and log-probabilities would not be the model's.
 */
const plainSampling = {
  top_p: 1,
  repetition_penalty: 1,
  frequency_penalty: 0,
  presence_penalty: 0,
} as const;

/** WebLLM as a `FrozenEngine`. One request at a time: the model has room for one conversation. */
export function mlcFrozenEngine({ engine, records, caches, device }: MlcParts): FrozenEngine {
  const models = frozenModels(records);
  const inTurn = queue();
  let ready: { readonly model: string; readonly distributions: boolean } | null = null;
  /** The row of logits that `nextToken` waits for. */
  let caught: Float32Array | null = null;
  const processor = {
    processLogits(logits: Float32Array) {
      caught = logits.slice();
      return logits;
    },
    processSampledToken() {},
    resetState() {},
  };

  /** Runs `work` on the loaded model, in its turn, with a signal that interrupts it and with our errors. */
  function ask<T>(signal: AbortSignal | undefined, work: (model: string) => Promise<T>): Promise<T> {
    const answer = inTurn(async () => {
      signal?.throwIfAborted();
      if (!ready) throw nothingLoaded();
      const { model } = ready;
      const interrupt = () => void engine.interruptGenerate();
      signal?.addEventListener("abort", interrupt, { once: true });
      try {
        // Without this the engine would go on from a cached conversation, and count its tokens differently.
        await engine.resetChat();
        const result = await work(model);
        signal?.throwIfAborted();
        return result;
      } catch (error) {
        signal?.throwIfAborted();
        const known = herlErrorOf(error, model);
        if (known.code === "DEVICE_LOST") ready = null;
        throw known;
      } finally {
        signal?.removeEventListener("abort", interrupt);
      }
    });
    return orAborted(signal, answer);
  }

  async function reload(model: string, options: LoadOptions): Promise<void> {
    const { distributions = false, contextLength, onProgress, signal } = options;
    // Stops the downloads; how `reload` ends then differs, so the signal is asked afterwards.
    const stop = () => void engine.unload();
    signal?.addEventListener("abort", stop, { once: true });
    ready = null;
    engine.setInitProgressCallback((report) => {
      if (!signal?.aborted) onProgress?.(readProgress(report));
    });
    engine.setLogitProcessorRegistry(distributions ? new Map([[model, processor]]) : new Map());
    try {
      await engine.reload(
        model,
        contextLength === undefined ? undefined : { context_window_size: contextLength },
      );
      if (!signal?.aborted) ready = { model, distributions };
      else await engine.unload();
    } catch (error) {
      if (!signal?.aborted) throw herlErrorOf(error, model);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  return {
    models: async () => models,
    device,
    load(id, options = {}) {
      const { signal } = options;
      const loading = inTurn(async () => {
        signal?.throwIfAborted();
        const model = models.find((other) => other.id === id);
        if (!model) throw unknownModel(id);
        const refusal = refusalOf(model, await device());
        if (refusal) throw refusal;
        await reload(id, options);
        signal?.throwIfAborted();
      });
      return orAborted(signal, loading);
    },
    unload: () =>
      inTurn(async () => {
        ready = null;
        await engine.unload();
      }),
    loaded: async () => ready?.model ?? null,
    chat: (messages, options) =>
      ask(options.signal, async (model) => {
        const request = chatRequest(model, messages, options);
        if (!request.stream) return wholeReply((await create(request)) as MlcCompletion, options);
        return streamedReply((await create(request)) as AsyncIterable<MlcChunk>, options);
      }),
    nextToken: (prefix, signal) =>
      ask(signal, async (model) => {
        if (!ready?.distributions) throw noDistributions(model);
        caught = null;
        const sampling = { ...plainSampling, temperature: 1, max_tokens: 1 };
        if (typeof prefix === "string")
          await engine.completions.create({ ...sampling, prompt: prefix, stream: false });
        else
          await create({
            ...chatRequest(model, prefix, { temperature: 1, maxTokens: 1 }),
            stream: false,
          });
        if (!caught) throw new Error("the engine showed no logits");
        return logSoftmax(caught);
      }),
    interrupt: async () => void engine.interruptGenerate(),
    cache: mlcCache(records, caches),
  };

  function create(request: MlcChatRequest): Promise<MlcAnswer> {
    return engine.chat.completions.create(request);
  }
}

/** These think aloud first, unless told not to; a grade or a revision has no room for it. */
const thinks = (model: string): boolean => /^Qwen3(\.\d+)?-/.test(model);

/** What WebLLM makes them begin with instead, and counts as part of the answer. */
const emptyThought = { text: /^<think>\s*<\/think>\s*/, tokens: 4 };

function chatRequest(model: string, messages: readonly ChatMessage[], options: ChatOptions): MlcChatRequest {
  const { temperature, maxTokens, seed, responseSchema, logprobs, onToken } = options;
  // A streamed chunk loses the log-probability of half a character.
  const stream = onToken !== undefined && !logprobs;
  return {
    ...plainSampling,
    messages: messages.map(({ role, content }) => ({ role, content })),
    temperature,
    max_tokens: maxTokens,
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
    ...(seed !== undefined && { seed }),
    // With 0, the default, WebLLM records none.
    ...(logprobs && { logprobs: true, top_logprobs: 1 }),
    ...(responseSchema && {
      response_format: { type: "json_object" as const, schema: JSON.stringify(responseSchema) },
    }),
    ...(thinks(model) && {
      extra_body: { enable_thinking: false },
      max_tokens: maxTokens + emptyThought.tokens,
    }),
  };
}

function wholeReply(
  { choices: [choice], usage }: MlcCompletion,
  { logprobs, onToken }: ChatOptions,
): FrozenReply {
  const text = (choice.message.content ?? "").replace(emptyThought.text, "");
  onToken?.(text);
  return {
    text,
    finish: finishOf(choice.finish_reason),
    usage: usageOf(usage),
    logprobs: logprobs
      ? (choice.logprobs?.content ?? []).map(({ token, logprob }) => ({ token, logprob }))
      : null,
  };
}

async function streamedReply(
  chunks: AsyncIterable<MlcChunk>,
  { onToken }: ChatOptions,
): Promise<FrozenReply> {
  let text = "";
  let finish: FrozenReply["finish"] = "stop";
  let usage: MlcCompletion["usage"];
  for await (const chunk of chunks) {
    const [choice] = chunk.choices;
    const content = choice?.delta.content ?? "";
    const piece = text === "" ? content.replace(emptyThought.text, "") : content;
    if (piece) onToken?.(piece);
    text += piece;
    if (choice?.finish_reason) finish = finishOf(choice.finish_reason);
    usage = chunk.usage ?? usage;
  }
  return { text, finish, usage: usageOf(usage), logprobs: null };
}

const finishOf = (reason: "stop" | "length" | "tool_calls" | "abort") =>
  reason === "tool_calls" ? "stop" : reason;

const usageOf = (usage: MlcCompletion["usage"]) => ({
  promptTokens: usage?.prompt_tokens ?? 0,
  completionTokens: usage?.completion_tokens ?? 0,
});
