import { HerlError } from "../../errors";
import { sendableKey } from "./chat_client";
import { connectionProblem, readBody, withoutKey } from "./chat_request";
import { parseJson, serverMessage } from "./completion";
import { endpointName, modelsEndpoint } from "./endpoint";

export interface ListModelsOptions {
  /** The judge's address, as `chatEndpoint` takes it. */
  readonly url: string;
  readonly key: (url: string) => string | null;
  readonly fetch: typeof fetch;
  /** In seconds. */
  readonly timeout?: number;
}

/**
 * The names of the models that an OpenAI-compatible server has (`GET models`), sorted. Throws CONFIG_INVALID for an
 * address that is none, JUDGE_DOWN where there is no answer, JUDGE_REFUSED for an answer that is no list.
 */
export async function listModels({ url, key, fetch, timeout = 20 }: ListModelsOptions): Promise<string[]> {
  const endpoint = modelsEndpoint(url);
  const where = endpointName(endpoint);
  const own = sendableKey(key(url));
  const request: RequestInit = {
    headers: { accept: "application/json", ...(own !== null && { authorization: `Bearer ${own}` }) },
    redirect: "manual",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    signal: AbortSignal.timeout(timeout * 1000),
  };
  const response = await fetch(endpoint, request).catch((error: unknown) => {
    const isLate = error instanceof DOMException && error.name === "TimeoutError";
    const what = isLate ? `not within ${timeout} s` : `no connection (${connectionProblem(error)})`;
    throw new HerlError(
      "JUDGE_DOWN",
      `There is no answer from ${where}: ${what}`,
      "Start the server, check its address and its CORS setting",
    );
  });
  const body = parseJson(withoutKey((await readBody(response)) ?? "", own));
  const names = response.ok ? namesIn(body) : null;
  if (names) return names.sort();
  const said = serverMessage(body);
  const status = response.type === "opaqueredirect" ? "with another address" : String(response.status);
  throw new HerlError(
    "JUDGE_REFUSED",
    `${where} lists no models: it answers ${status}${said && `: ${said}`}`,
    "Check the address and the key, or write the model's name yourself",
  );
}

function namesIn(body: unknown): string[] | null {
  const { data } = (body ?? {}) as { data?: unknown };
  if (!Array.isArray(data)) return null;
  return data.flatMap((model: unknown) => {
    const { id } = (model ?? {}) as { id?: unknown };
    return typeof id === "string" ? [id] : [];
  });
}
