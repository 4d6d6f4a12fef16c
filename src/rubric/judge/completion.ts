/** What counts of a chat completion. */
export interface Completion {
  readonly text: string;
  /** The judge's own words, where the server sets a refusal apart. */
  readonly refusal: string | null;
  /** `stop`, `length`, `content_filter`, or what else the server says. */
  readonly finish: string | null;
  /** Null where the server reports none. */
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
}

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};
const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
const countOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;

/** Parses JSON whatever its content type says; undefined where it is none. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** The first choice of a chat completion, as OpenAI-compatible servers send it; null for what is none. */
export function readCompletion(body: unknown): Completion | null {
  const { choices, usage } = fields(body);
  const choice = fields(Array.isArray(choices) ? (choices as unknown[])[0] : undefined);
  if (typeof choice["message"] !== "object" || choice["message"] === null) return null;
  const { content, refusal } = fields(choice["message"]);
  return {
    text: contentText(content),
    refusal: textOf(refusal),
    finish: textOf(choice["finish_reason"]),
    promptTokens: countOf(fields(usage)["prompt_tokens"]),
    completionTokens: countOf(fields(usage)["completion_tokens"]),
  };
}

/** Text, or a list of parts of which the texts count. */
function contentText(content: unknown): string {
  if (!Array.isArray(content)) return textOf(content) ?? "";
  return content.map((part) => textOf(fields(part)["text"]) ?? "").join("");
}

/** What a server says about an error, on one line and cut; empty where it says nothing that can be read. */
export function serverMessage(body: unknown): string {
  const { error, message, detail } = fields(body);
  const said = textOf(fields(error)["message"]) ?? textOf(error) ?? textOf(message) ?? textOf(detail) ?? "";
  return said.replace(/\s+/g, " ").trim().slice(0, 200).toWellFormed();
}

/** The code of an error, for instance `insufficient_quota`. */
export const serverCode = (body: unknown): string | null => textOf(fields(fields(body)["error"])["code"]);
