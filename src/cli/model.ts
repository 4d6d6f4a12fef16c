import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Backend } from "../compute/backend";
import { seedKey } from "../kernels/random/random";
import { LlamaPolicy } from "../policy/llama_policy";
import { allProjections } from "../policy/lora";
import { readModel, type ModelFile } from "../policy/model_file";
import { loadAdapter, readPeft, type ReadAdapter } from "../policy/peft";
import { readAdapterFiles } from "./adapter_files";
import type { Option } from "./arguments";
import { openSource, sha256Of } from "./files";

export const modelOption: Option = {
  type: "string",
  value: "FILE",
  default: "pocket",
  description: "A GGUF file, or `pocket`: the embedded model",
};

export const adapterOption: Option = {
  type: "string",
  value: "DIR",
  description: "A PEFT adapter folder, put on the model",
};

/** The folder of the project: where package.json lies, wherever the bundle was put. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** Where a model's file lies: an embedded one by its name, any other by its path. */
export function modelPath(name: string): string {
  const embedded = join(projectRoot(), "public/models", `${name}.gguf`);
  return existsSync(embedded) ? embedded : name;
}

/** Reads a model by path, or an embedded one by its name. */
export function openModel(name: string): ModelFile {
  const source = openSource(modelPath(name));
  return readModel(source, sha256Of(source));
}

/** Reads a PEFT adapter's folder. */
export const readAdapter = (folder: string): ReadAdapter => readPeft(readAdapterFiles(folder));

/** A policy for a command that only reads it, with the adapter of `--adapter` if there is one. */
export function openPolicy(backend: Backend, model: ModelFile, adapter?: string): LlamaPolicy {
  const read = adapter ? readAdapter(adapter) : null;
  // Without an adapter, the smallest one: its B is zero, so it changes nothing.
  const lora = read?.lora ?? { rank: 4, alpha: 4, targets: [allProjections[0]] };
  const policy = new LlamaPolicy(backend, model.config, model.weights, {
    training: { mode: "lora", lora, key: seedKey(0) },
    endIds: model.tokenizer.endIds,
    contextLength: model.config.contextLength,
  });
  if (read) loadAdapter(policy.model.parameters, read.matrices);
  return policy;
}
