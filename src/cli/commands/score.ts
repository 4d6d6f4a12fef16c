import type { Command } from "../arguments";
import { backendOption, openBackend } from "../backend";
import { readLines, toLines, writeBytes } from "../files";
import { adapterOption, modelOption, openModel, openPolicy } from "../model";
import { idsOf, type SequenceLine } from "./sequences";

export const score: Command = {
  name: "score",
  summary:
    '{"ids"}, {"text"} or {"messages"} → {"ids","logprobs"}: logprobs[t] = ln π(ids[t+1] given ids[0..t]).',
  options: {
    model: modelOption,
    adapter: adapterOption,
    in: { type: "string", value: "FILE", required: true, description: "JSON Lines in" },
    out: { type: "string", value: "FILE", required: true, description: "JSON Lines out" },
    backend: backendOption,
  },
  async run({ model, adapter, in: input, out, backend }) {
    const file = openModel(model as string);
    const policy = openPolicy(await openBackend(backend), file, adapter as string | undefined);
    const sequences = readLines<SequenceLine>(input as string).map((line, i) => idsOf(file, line, i, false));
    const scores = await policy.score(sequences.map((ids) => ({ prompt: [], branches: [ids] })));
    writeBytes(
      out as string,
      toLines(sequences.map((ids, i) => ({ ids, logprobs: [...scores[i][0].logprobs] }))),
    );
  },
};
