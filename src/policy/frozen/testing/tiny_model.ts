/** A model of a few words for the fakes: its next word depends on everything before it, and on nothing else. */
import { exp } from "../../../kernels/math";
import { RandomStream } from "../../../kernels/random/random";
import type { ChatMessage } from "../../chat_message";
import { logSoftmax } from "../log_softmax";

/** Token 0 ends a response. */
export const vocabulary = [
  "",
  " a",
  " fox",
  " owl",
  " waits",
  " runs",
  " by",
  " the",
  " river",
  " stone",
  ".",
];

/** How the end token reads among log-probabilities. */
export const endText = "<end>";

export const tinyLogits = (context: string): Float32Array => {
  const stream = RandomStream.of(7, context);
  return Float32Array.from(vocabulary, (_, id) => stream.unit() * 4 - (id === 0 ? 3 : 1));
};

export const promptOf = (messages: readonly ChatMessage[]): string =>
  messages.map(({ role, content }) => `${role}: ${content}\n`).join("") + "assistant:";

/** A prompt's length in the fakes' tokens. */
export const tokensOf = (prompt: string): number => prompt.split(/\s+/).length;

export interface DrawnToken {
  readonly id: number;
  readonly logprob: number;
}

/** Draws the next token; temperature 0 takes the most probable one. */
export function drawToken(context: string, temperature: number, stream: RandomStream): DrawnToken {
  const scale = Math.max(1e-6, temperature);
  const logprobs = logSoftmax(tinyLogits(context).map((z) => z / scale));
  let left = stream.unit();
  let id = 0;
  while (id < logprobs.length - 1 && (left -= exp(logprobs[id])) >= 0) id++;
  return { id, logprob: logprobs[id] };
}

/** JSON that fits a schema of objects, lists, texts, numbers and enumerations; choices come from the stream. */
export function fitting(schema: Readonly<Record<string, unknown>>, stream: RandomStream): unknown {
  const {
    type,
    enum: choices,
    properties,
    items,
    const: only,
  } = schema as {
    type?: string;
    enum?: unknown[];
    properties?: Record<string, Record<string, unknown>>;
    items?: Record<string, unknown>;
    const?: unknown;
  };
  if (only !== undefined) return only;
  if (choices) return stream.pick(choices);
  if (type === "object")
    return Object.fromEntries(
      Object.entries(properties ?? {}).map(([key, value]) => [key, fitting(value, stream)]),
    );
  if (type === "array") return [fitting(items ?? {}, stream)];
  if (type === "boolean") return stream.chance(0.5);
  if (type === "number" || type === "integer") return stream.integer(10);
  return "words";
}
