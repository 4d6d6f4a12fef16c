import { proxy, releaseProxy, type ProxyMarked, type Remote } from "comlink";
import { HerlError, plainError, type PlainError } from "../../errors";
import type { FrozenEngine, LoadOptions } from "./frozen_engine";

/** A result or what went wrong, as plain data: an error that is thrown across threads loses its code and its cure. */
type Outcome<T> = { readonly value: T } | { readonly problem: PlainError };

type Listener<T> = ((event: T) => void) & Partial<ProxyMarked>;
type Shared = "models" | "device" | "unload" | "loaded" | "interrupt";
type Sent<Options> = Omit<Options, "signal" | "onProgress" | "onToken">;

/**
 * A `FrozenEngine` as it crosses threads. A call has a number, by which `abort` finds it, since signals do not cross.
 */
export interface FrozenThread {
  plain<M extends Shared>(method: M): Promise<Outcome<Awaited<ReturnType<FrozenEngine[M]>>>>;
  load(
    call: number,
    model: string,
    options: Sent<LoadOptions>,
    onProgress: Listener<Parameters<NonNullable<LoadOptions["onProgress"]>>[0]>,
  ): Promise<Outcome<void>>;
  chat(
    call: number,
    messages: Parameters<FrozenEngine["chat"]>[0],
    options: Sent<Parameters<FrozenEngine["chat"]>[1]>,
    onToken: Listener<string> | null,
  ): Promise<Outcome<Awaited<ReturnType<FrozenEngine["chat"]>>>>;
  nextToken(call: number, prefix: Parameters<FrozenEngine["nextToken"]>[0]): Promise<Outcome<Float32Array>>;
  cache<M extends keyof FrozenEngine["cache"]>(
    method: M,
    ...models: string[]
  ): Promise<Outcome<Awaited<ReturnType<FrozenEngine["cache"][M]>>>>;
  abort(call: number): void;
}

/** The side that has the engine: hand it to Comlink's `expose`, one for each port, since calls are numbered by client. */
export function serveFrozen(engine: FrozenEngine): FrozenThread {
  const calls = new Map<number, AbortController>();

  async function stoppable<T>(call: number, work: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    const controller = new AbortController();
    calls.set(call, controller);
    try {
      return await outcome(work(controller.signal));
    } finally {
      calls.delete(call);
    }
  }

  return {
    plain: (method) => outcome(engine[method]() as never),
    load: (call, model, options, onProgress) =>
      stoppable(call, (signal) => engine.load(model, { ...options, signal, onProgress })).finally(() =>
        release(onProgress),
      ),
    chat: (call, messages, options, onToken) =>
      stoppable(call, (signal) =>
        engine.chat(messages, { ...options, signal, ...(onToken && { onToken }) }),
      ).finally(() => release(onToken)),
    nextToken: (call, prefix) => stoppable(call, (signal) => engine.nextToken(prefix, signal)),
    cache: (method, model) => outcome(engine.cache[method](model as never) as never),
    abort: (call) => calls.get(call)?.abort(),
  };
}

/**
 * The side that asks. `crashed` rejects when the thread is lost, and with it every call that waits: a thread that is
 * gone answers nothing.
 */
export function frozenClient(
  thread: Remote<FrozenThread>,
  crashed: Promise<never> = new Promise(() => {}),
): FrozenEngine {
  let calls = 0;
  crashed.catch(() => {});
  const answer = async <T>(asked: Promise<unknown>): Promise<T> =>
    open((await Promise.race([asked, crashed])) as Outcome<T>);

  async function stoppable<T>(
    signal: AbortSignal | undefined,
    ask: (call: number) => Promise<unknown>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const call = calls++;
    const abort = () => void thread.abort(call);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await answer<T>(ask(call));
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  return {
    models: () => answer(thread.plain("models")),
    device: () => answer(thread.plain("device")),
    unload: () => answer(thread.plain("unload")),
    loaded: () => answer(thread.plain("loaded")),
    interrupt: () => answer(thread.plain("interrupt")),
    load: (model, { signal, onProgress = () => {}, ...options } = {}) =>
      stoppable(signal, (call) => thread.load(call, model, options, proxy(onProgress))),
    chat: (messages, { signal, onToken, ...options }) =>
      stoppable(signal, (call) => thread.chat(call, messages, options, onToken ? proxy(onToken) : null)),
    nextToken: (prefix, signal) => stoppable(signal, (call) => thread.nextToken(call, prefix)),
    cache: {
      list: () => answer(thread.cache("list")),
      has: (model) => answer(thread.cache("has", model)),
      delete: (model) => answer(thread.cache("delete", model)),
    },
  };
}

async function outcome<T>(work: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work };
  } catch (error) {
    const known =
      error instanceof HerlError
        ? error
        : new HerlError("WEBLLM_FAILED", `The local model failed: ${String(error)}`, "Load it again");
    return { problem: plainError(known) };
  }
}

function open<T>(result: Outcome<T>): T {
  if ("value" in result) return result.value;
  const { code, message, cure } = result.problem;
  throw new HerlError(code, message, cure);
}

/** Frees the port that a callback came through. */
function release(listener: Listener<never> | null): void {
  (listener as unknown as { [releaseProxy]?: () => void } | null)?.[releaseProxy]?.();
}
