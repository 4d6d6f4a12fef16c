import { HerlError } from "../../errors";
import type { ChatMessage } from "../../policy/chat_message";
import type { FrozenEngine, FrozenReply } from "../../policy/frozen/frozen_engine";
import { httpJudge, type HttpJudge, type HttpJudgeOptions } from "./http_judge";
import type { JudgeConfig } from "./judge_config";

/** Stands for the model in this page where a run's configuration has an address. No such name can ever resolve. */
export const localJudgeUrl = "http://webllm.invalid/v1";

/** Whether a judge's address means the model in this page. */
export const isLocalJudge = (url: string): boolean => url === localJudgeUrl;

/**
 * A judge's configuration as a local model needs it: asked by schema, one call at a time, since it has room for one
 * conversation and waiting for another would count as its own time.
 */
export const localJudgeConfig = (config: JudgeConfig, model: string = config.model): JudgeConfig => ({
  ...config,
  model,
  url: localJudgeUrl,
  structured: "schema",
  concurrency: 1,
});

/** What a judge asks of an engine. */
export type AskedEngine = Pick<FrozenEngine, "loaded" | "chat">;

export interface LocalJudgeOptions extends Omit<HttpJudgeOptions, "key" | "fetch"> {
  readonly engine: FrozenEngine;
}

/**
 * A judge in this page: the judge over HTTP, with its prompt, its parser, its votes, its evidence and its kept answers,
 * asking `engine` in place of a server. `config.model` must be loaded; until it is, `judge` rejects with JUDGE_DOWN.
 */
export function localJudge({ engine, config, ...options }: LocalJudgeOptions): HttpJudge {
  return httpJudge({ ...options, config: localJudgeConfig(config), fetch: frozenFetch(engine) });
}

/** `fetch` of a page that has a local model: its address is answered by the engine, every other by `other`. */
export function judgeFetch(engine: AskedEngine, other: typeof fetch): typeof fetch {
  const local = frozenFetch(engine);
  const { origin } = new URL(localJudgeUrl);
  return (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return new URL(url).origin === origin ? local(input, init) : other(input, init);
  };
}

interface ChatBody {
  readonly model?: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature: number;
  readonly max_tokens: number;
  readonly response_format?: { readonly json_schema?: { readonly schema: Record<string, unknown> } };
}

/**
 * A `fetch` that answers chat completions from `engine`. Rejects with JUDGE_DOWN where the model that is asked for is
 * not loaded, which pauses a run; what else goes wrong is a status as a server has it.
 */
export function frozenFetch(engine: AskedEngine): typeof fetch {
  return async (_, init) => {
    const { model, messages, temperature, max_tokens, response_format } = JSON.parse(
      String(init?.body),
    ) as ChatBody;
    const loaded = await engine.loaded();
    if (loaded === null || (model !== undefined && model !== loaded))
      throw notLoaded(model ?? "The local judge");
    const schema = response_format?.json_schema?.schema;
    try {
      const reply = await engine.chat(messages, {
        temperature,
        maxTokens: max_tokens,
        ...(schema && { responseSchema: schema }),
        ...(init?.signal && { signal: init.signal }),
      });
      return reply.finish === "abort" ? failed(503, "the answer was interrupted") : completed(loaded, reply);
    } catch (error) {
      if (!(error instanceof HerlError)) throw error;
      if (error.code === "DEVICE_LOST" || error.code === "WEBLLM_MODEL") throw notLoaded(loaded);
      return failed(error.code === "CONTEXT_TOO_LONG" ? 400 : 500, error.message);
    }
  };
}

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

const failed = (status: number, message: string): Response => json(status, { error: { message } });

const completed = (model: string, { text, finish, usage }: FrozenReply): Response =>
  json(200, {
    object: "chat.completion",
    model,
    choices: [{ index: 0, finish_reason: finish, message: { role: "assistant", content: text } }],
    usage: { prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens },
  });

const notLoaded = (model: string): HerlError =>
  new HerlError(
    "JUDGE_DOWN",
    `${model} is to judge in this page, and is not loaded`,
    "Load it under Local models, then go on",
  );
