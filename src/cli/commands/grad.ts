import { HerlError } from "../../errors";
import { writeSafetensors } from "../../policy/safetensors";
import type { Command } from "../arguments";
import { backendOption, openBackend } from "../backend";
import { readLines, writeBytes } from "../files";
import { adapterOption, modelOption, openModel, openPolicy } from "../model";
import { idsOf } from "./sequences";

interface GradLine {
  readonly ids: number[];
  readonly coef: number[];
}

export const grad: Command = {
  name: "grad",
  summary:
    "The gradient of L = −Σ coef[t] · ln π(ids[t] given ids[<t]), summed over all lines, by the adapter's matrices, as\nsafetensors under PEFT's names. coef[0] is ignored. Prints the loss.",
  options: {
    model: modelOption,
    adapter: { ...adapterOption, required: true },
    in: { type: "string", value: "FILE", required: true, description: 'Lines of {"ids","coef"}' },
    out: { type: "string", value: "FILE", required: true, description: "A .safetensors file" },
    backend: backendOption,
  },
  async run({ model, adapter, in: input, out, backend }) {
    const file = openModel(model as string);
    const policy = openPolicy(await openBackend(backend), file, adapter as string);
    const lines = readLines<GradLine>(input as string);
    lines.forEach((line, i) => checkLine(line, i));
    const trees = lines.map((line, i) => ({ prompt: [], branches: [idsOf(file, line, i, false)] }));
    const gradients = await policy.backward(trees, (tree) => lines[tree].coef.slice(1));
    const loss = -gradients
      .flat()
      .reduce(
        (sum, { coefficients, logprobs }) => sum + coefficients.reduce((s, c, t) => s + c * logprobs[t], 0),
        0,
      );
    const { parameters } = policy.model;
    const matrices = await parameters.read(parameters.gradients);
    const shaped = parameters.entries.map(
      ({ name, rows, cols }) => [name, { rows, cols, floats: matrices.get(name)! }] as const,
    );
    writeBytes(out as string, writeSafetensors(new Map(shaped)));
    console.log(JSON.stringify({ loss }));
  },
};

function checkLine({ ids, coef }: GradLine, index: number): void {
  if (Array.isArray(ids) && Array.isArray(coef) && ids.length === coef.length && coef.every(Number.isFinite))
    return;
  throw new HerlError(
    "FILE_FORMAT",
    `Record ${index + 1} needs "ids" and as many numbers in "coef"`,
    "Give each token a coefficient",
  );
}
