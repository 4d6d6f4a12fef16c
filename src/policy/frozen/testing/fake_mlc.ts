/**
 * WebLLM 0.2.86 as far as `mlcFrozenEngine` meets it, without a network and a graphics card: what it says and how it
 * fails is copied from its source, what it answers is the tiny model's.
 */
import { RandomStream } from "../../../kernels/random/random";
import type {
  MlcAnswer,
  MlcChatRequest,
  MlcEngine,
  MlcLogitProcessor,
  MlcProgress,
  MlcTextRequest,
} from "../mlc";
import type { FileCaches } from "../mlc_cache";
import { filesUrl } from "../mlc_models";
import { drawToken, endText, fitting, promptOf, tinyLogits, tokensOf, vocabulary } from "./tiny_model";
import { tinyRecords } from "./tiny_records";

const shards = 4;
const turn = () => new Promise((resolve) => setTimeout(resolve));

/** The Cache API in memory: URL → bytes, by scope. */
export function fakeCaches(): FileCaches & { readonly scopes: Map<string, Map<string, Uint8Array>> } {
  const scopes = new Map<string, Map<string, Uint8Array>>();
  return {
    scopes,
    async open(name) {
      const files = scopes.get(name) ?? new Map<string, Uint8Array>();
      scopes.set(name, files);
      return {
        keys: async () => [...files.keys()].map((url) => ({ url })),
        async match(url) {
          const bytes = files.get(url);
          return bytes && new Response(new Uint8Array(bytes));
        },
        delete: async (url) => files.delete(url),
      };
    },
  };
}

/** What a model that need not think aloud is made to begin with; the engine counts it as part of the answer. */
const thought = (request: MlcChatRequest | MlcTextRequest): string =>
  "extra_body" in request && request.extra_body?.enable_thinking === false ? "<think>\n\n</think>\n\n" : "";

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

export interface FakeMlc extends MlcEngine {
  /** What `reload` fails with, for the next time. */
  failure: unknown;
  /** The device is lost: the engine lets everything go and says nothing. */
  lose(): void;
  /** Every request, as it came. */
  readonly requests: (MlcChatRequest | MlcTextRequest)[];
}

export function fakeMlc(caches: FileCaches & { scopes: Map<string, Map<string, Uint8Array>> }): FakeMlc {
  let registry = new Map<string, MlcLogitProcessor>();
  let report: (report: MlcProgress) => void = () => {};
  let ready: {
    readonly id: string;
    readonly context: number;
    readonly processor?: MlcLogitProcessor;
  } | null = null;
  let controller: AbortController | null = null;
  let isInterrupted = false;
  let isBusy = false;

  async function put(scope: string, url: string, bytes: Uint8Array) {
    await caches.open(scope);
    caches.scopes.get(scope)!.set(url, bytes);
  }

  async function fetchAll(id: string, signal: AbortSignal): Promise<void> {
    const record = tinyRecords.find(({ model_id }) => model_id === id)!;
    const folder = filesUrl(record);
    const list = {
      records: Array.from({ length: shards }, (_, i) => ({ dataPath: `params_shard_${i}.bin` })),
    };
    await put("webllm/config", `${folder}mlc-chat-config.json`, new Uint8Array(10));
    await put("webllm/wasm", record.model_lib, new Uint8Array(100));
    await put("webllm/model", `${folder}tokenizer.json`, new Uint8Array(10));
    await put("webllm/model", `${folder}tensor-cache.json`, new TextEncoder().encode(JSON.stringify(list)));
    report({ progress: 0, text: "Start to fetch params" });
    for (let i = 0; i < shards; i++) {
      await turn();
      if (signal.aborted) throw new DOMException("aborted", "AbortError");
      await put("webllm/model", `${folder}params_shard_${i}.bin`, new Uint8Array(1000));
      const done = `${i + 1}/${shards}]: ${(i + 1) * 32}MB`;
      report({
        progress: (i + 1) / shards,
        text: `Fetching param cache[${done} fetched. 25% completed, 1 secs elapsed. It can take a while`,
      });
    }
    report({
      progress: 1,
      text: `Loading model from cache[4/4]: 128MB loaded. 100% completed, 2 secs elapsed.`,
    });
    report({ progress: 1, text: "Loading GPU shader modules[73/73]: 100% completed, 3 secs elapsed." });
    report({ progress: 1, text: "Finish loading on WebGPU - fake" });
  }

  /** Tokens of one answer, with the logits shown to the processor; ends as the engine's loop does. */
  async function* tokens(prompt: string, request: MlcChatRequest | MlcTextRequest) {
    if (!ready) throw named("ModelNotLoadedError", "Model not loaded before trying to complete");
    if (isBusy) throw new Error("two requests at once");
    if (tokensOf(prompt) > ready.context)
      throw named("ContextWindowSizeExceededError", "Prompt tokens exceed");
    isBusy = true;
    isInterrupted = false;
    try {
      const stream = RandomStream.of(request.seed ?? 1, "mlc");
      const format = "response_format" in request ? request.response_format : undefined;
      const json = format && JSON.stringify(fitting(JSON.parse(format.schema), stream));
      let text = "";
      // Its tokens count as the answer's.
      const most = request.max_tokens - (thought(request) ? 4 : 0);
      for (let count = 0; count < most; count++) {
        await turn();
        if (!ready) throw named("ModelNotLoadedError", "Model not loaded");
        if (isInterrupted && count > 0) return "abort" as const;
        ready.processor?.processLogits(tinyLogits(prompt + text));
        const { id, logprob } = drawToken(prompt + text, request.temperature, stream);
        const token = json === undefined ? vocabulary[id] : json.slice(text.length, text.length + 8);
        ready.processor?.processSampledToken(id);
        yield { text: token, token: token || endText, logprob };
        if (token === "") return "stop" as const;
        text += token;
      }
      return "length" as const;
    } finally {
      isBusy = false;
    }
  }

  async function whole(prompt: string, request: MlcChatRequest | MlcTextRequest) {
    const pieces: { text: string; token: string; logprob: number }[] = [];
    const source = tokens(prompt, request);
    let next = await source.next();
    for (; !next.done; next = await source.next()) pieces.push(next.value);
    const content = thought(request) + pieces.map(({ text }) => text).join("");
    const logprobs = "logprobs" in request && request.top_logprobs ? { content: pieces } : { content: [] };
    const usage = { prompt_tokens: tokensOf(prompt), completion_tokens: pieces.length };
    return { choices: [{ finish_reason: next.value, message: { content }, logprobs }], usage };
  }

  async function* streamed(prompt: string, request: MlcChatRequest) {
    const source = tokens(prompt, request);
    let count = 0;
    let next = await source.next();
    for (; !next.done; next = await source.next(), count++) {
      const content = (count === 0 ? thought(request) : "") + next.value.text;
      yield { choices: [{ finish_reason: null, delta: { content } }] };
    }
    yield { choices: [{ finish_reason: next.value, delta: {} }] };
    yield { choices: [], usage: { prompt_tokens: tokensOf(prompt), completion_tokens: count } };
  }

  const engine: FakeMlc = {
    failure: undefined,
    requests: [],
    lose: () => void (ready = null),
    async reload(id, options) {
      await engine.unload();
      const failure = engine.failure;
      engine.failure = undefined;
      if (failure !== undefined) throw failure;
      controller = new AbortController();
      try {
        await fetchAll(id, controller.signal);
      } catch (error) {
        // As the real one with the Cache API: an aborted load resolves.
        if (error instanceof DOMException) return;
        throw error;
      } finally {
        controller = null;
      }
      const context = options?.context_window_size ?? 64;
      ready = { id, context, ...(registry.has(id) && { processor: registry.get(id)! }) };
    },
    async unload() {
      ready = null;
      controller?.abort();
      controller = null;
    },
    resetChat: async () => ready?.processor?.resetState(),
    interruptGenerate: async () => void (isInterrupted = true),
    setInitProgressCallback: (callback) => void (report = callback),
    setLogitProcessorRegistry: (processors) => void (registry = processors),
    chat: {
      completions: {
        async create(request): Promise<MlcAnswer> {
          engine.requests.push(request);
          const prompt = promptOf(request.messages);
          return request.stream ? streamed(prompt, request) : whole(prompt, request);
        },
      },
    },
    completions: {
      create(request) {
        engine.requests.push(request);
        return whole(request.prompt, request);
      },
    },
  };
  return engine;
}
