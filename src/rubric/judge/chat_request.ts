import { HerlError } from "../../errors";
import { parseJson, readCompletion, serverCode, serverMessage, type Completion } from "./completion";
import type { JudgeFailure } from "./judge_counters";
import { retryAfter } from "./backoff";

/** Longest body that is read, in bytes. */
const longestBody = 1_000_000;

/** What one HTTP request came to. */
export type Outcome = { readonly completion: Completion } | FailedRequest;

export interface FailedRequest {
  readonly completion: null;
  readonly failure: JudgeFailure;
  /** What happened, without the key: fit for a reason that is shown and stored. */
  readonly what: string;
  /** The wait that the server asks for, in milliseconds. */
  readonly wait?: number | null;
}

export interface ChatRequest {
  readonly endpoint: URL;
  readonly body: unknown;
  /** Sent to the endpoint's origin and nowhere else. */
  readonly key: string | null;
  /** In milliseconds, from now to the last byte. */
  readonly timeout: number;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/**
 * Asks for one chat completion, once. Redirects are not followed, cookies and referrer not sent. Rejects when
 * `signal` aborts, and with a HerlError of `fetch`.
 */
export async function requestChat(request: ChatRequest): Promise<Outcome> {
  const { signal, timeout, key } = request;
  signal.throwIfAborted();
  const limit = new AbortController();
  const stop = () => limit.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => limit.abort(), timeout);
  try {
    const response = await request.fetch(request.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        ...(key !== null && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(request.body),
      redirect: "manual",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: limit.signal,
    });
    const text = await readBody(response);

    return outcomeOf(response, text && withoutKey(text, key), request.now());
  } catch (error) {
    signal.throwIfAborted();
    // Whoever gave `fetch` has said already what is wrong.
    if (error instanceof HerlError) throw error;
    if (limit.signal.aborted) return failed("timeout", `no answer within ${timeout / 1000} s`);
    return failed("connection", `no connection (${connectionProblem(error)})`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** A server may echo what it was sent, in errors and in answers. What is shorter than a key is a placeholder. */
export const withoutKey = (text: string, key: string | null): string =>
  key !== null && key.length >= 8 ? text.replaceAll(key, "[key]") : text;

const failed = (failure: JudgeFailure, what: string, wait?: number | null): FailedRequest => ({
  ...{ completion: null, failure, what, wait },
});

/** The body as text; null above the limit. */
export async function readBody(response: Response): Promise<string | null> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > longestBody) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function outcomeOf(response: Response, text: string | null, now: number): Outcome {
  const { status, headers } = response;
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400))
    return failed("refused", "the server sends us on to another address, which is not followed");
  const body = text === null ? undefined : parseJson(text);
  if (response.ok) return answered(text, body);
  const said = serverMessage(body);
  const what = `the server answers ${status}${said && `: ${said}`}`;
  if (status === 401 || status === 403) return failed("refused", `the server refuses the key (${status})`);
  if (status === 402 || status === 404 || serverCode(body) === "insufficient_quota")
    return failed("refused", what);
  const wait = retryAfter(headers.get("retry-after"), now);
  if (status === 429) return failed("rateLimit", what, wait);
  if (status >= 500 || status === 408 || status === 409 || status === 425)
    return failed("server", what, wait);
  return failed("request", what);
}

function answered(text: string | null, body: unknown): Outcome {
  if (text === null) return failed("body", `the answer is longer than ${longestBody / 1000} kB`);
  const completion = readCompletion(body);
  if (completion) return { completion };
  const said = serverMessage(body);
  if (said) return failed("server", `the server answers with an error: ${said}`);
  return failed("body", "the answer is no chat completion");
}

/** What Node says of a failed connection; browsers keep it to themselves. */
export function connectionProblem(error: unknown): string {
  const { code } = ((error as { cause?: unknown } | null)?.cause ?? {}) as { code?: unknown };
  return typeof code === "string" && /^[A-Z_]{3,40}$/.test(code)
    ? code
    : "refused, dropped, no such name, CORS or certificate";
}
