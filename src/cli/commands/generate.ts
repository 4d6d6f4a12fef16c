import { deriveKey, seedKey } from "../../kernels/random/random";
import type { Truncation } from "../../policy/policy";
import { decimal, integer, share, UsageError, type Command, type Values } from "../arguments";
import { beforeStop, stopStrings } from "../../policy/stop_strings";
import { backendOption, openBackend, threadsOption } from "../backend";
import { readLines, toLines, writeBytes } from "../files";
import { adapterOption, modelOption, openModel, openPolicy } from "../model";
import { idsOf, type SequenceLine } from "./sequences";

/** Undefined where nothing is cut off. */
function truncationOf(values: Values): Truncation | undefined {
  const truncation = {
    topK: integer(values, "top-k"),
    topP: share(values, "top-p"),
    minP: share(values, "min-p"),
  };
  const { topK, topP, minP } = truncation;
  return topK > 0 || topP < 1 || minP > 0 ? truncation : undefined;
}

function cacheOf(values: Values): "f32" | "q8" {
  const { cache } = values;
  if (cache === "f32" || cache === "q8") return cache;
  throw new UsageError("--cache is f32 or q8");
}

export const generate: Command = {
  name: "generate",
  summary:
    "Samples responses to prompts: one line a sample. Temperature 0 takes the most probable token at every step.",
  options: {
    model: modelOption,
    adapter: adapterOption,
    in: {
      type: "string",
      value: "FILE",
      required: true,
      description: 'Lines of {"messages"}, {"text"} or {"ids"}',
    },
    out: { type: "string", value: "FILE", required: true, description: "JSON Lines out" },
    temperature: { type: "string", value: "T", default: "1", description: "Sampling temperature" },
    "top-k": {
      type: "string",
      value: "K",
      default: "0",
      description: "Draw among the K most probable; 0: all",
    },
    "top-p": {
      type: "string",
      value: "P",
      default: "1",
      description: "Draw among the most probable that reach P together",
    },
    "min-p": {
      type: "string",
      value: "P",
      default: "0",
      description: "Draw among those at least P times as probable as the most probable",
    },
    cache: {
      type: "string",
      value: "f32|q8",
      default: "f32",
      description: "How keys and values are kept: q8 takes a quarter of the memory",
    },
    stop: {
      type: "string",
      value: "TEXT",
      multiple: true,
      description: "End a response before this text; may be repeated",
    },
    "max-new-tokens": { type: "string", value: "N", default: "128", description: "Longest response" },
    samples: { type: "string", value: "K", default: "1", description: "Responses per prompt" },
    seed: { type: "string", value: "S", default: "0", description: "Seed" },
    backend: backendOption,
    threads: threadsOption,
  },
  async run(values) {
    const stops = (values["stop"] as string[] | undefined) ?? [];
    const options = {
      temperature: decimal(values, "temperature"),
      truncation: truncationOf(values),
      maxNewTokens: integer(values, "max-new-tokens", { min: 1 }),
      cache: cacheOf(values),
    };
    const [samples, seed] = [integer(values, "samples", { min: 1 }), integer(values, "seed")];
    const file = openModel(values["model"] as string);
    const policy = openPolicy(
      await openBackend(values["backend"], integer(values, "threads", { min: 1 })),
      file,
      values["adapter"] as string | undefined,
    );
    const prompts = readLines<SequenceLine>(values["in"] as string).map((line, i) =>
      idsOf(file, line, i, true),
    );
    const requests = prompts.map((prompt, i) => ({
      prompt,
      samples,
      key: deriveKey(seedKey(seed), "generate", i),
    }));
    const isStopped = stopStrings(file.tokenizer, stops);
    const rollouts = await policy.sample(requests, { ...options, isStopped });
    const lines = rollouts.flatMap((responses, prompt) =>
      responses.map(({ ids, logprobs, finish }, sample) => ({
        ...{ prompt, sample, ids },
        text: beforeStop(file.tokenizer.decode(ids, { skipSpecials: true }), stops),
        logprobs: [...logprobs],
        finish,
      })),
    );
    writeBytes(values["out"] as string, toLines(lines));
  },
};
