import { deriveKey, seedKey } from "../../kernels/random/random";
import { decimal, integer, type Command } from "../arguments";
import { backendOption, openBackend } from "../backend";
import { readLines, toLines, writeBytes } from "../files";
import { adapterOption, modelOption, openModel, openPolicy } from "../model";
import { idsOf, type SequenceLine } from "./sequences";

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
    "max-new-tokens": { type: "string", value: "N", default: "128", description: "Longest response" },
    samples: { type: "string", value: "K", default: "1", description: "Responses per prompt" },
    seed: { type: "string", value: "S", default: "0", description: "Seed" },
    backend: backendOption,
  },
  async run(values) {
    const options = {
      temperature: decimal(values, "temperature"),
      maxNewTokens: integer(values, "max-new-tokens", { min: 1 }),
    };
    const [samples, seed] = [integer(values, "samples", { min: 1 }), integer(values, "seed")];
    const file = openModel(values["model"] as string);
    const policy = openPolicy(
      await openBackend(values["backend"]),
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
    const rollouts = await policy.sample(requests, options);
    const lines = rollouts.flatMap((responses, prompt) =>
      responses.map(({ ids, logprobs, finish }, sample) => ({
        ...{ prompt, sample, ids },
        text: file.tokenizer.decode(ids, { skipSpecials: true }),
        logprobs: [...logprobs],
        finish,
      })),
    );
    writeBytes(values["out"] as string, toLines(lines));
  },
};
