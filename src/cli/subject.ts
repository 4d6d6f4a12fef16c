import { join } from "node:path";
import type { LlamaPolicy } from "../policy/llama_policy";
import type { ModelFile } from "../policy/model_file";
import type { RunConfig } from "../runs/config";
import { integer, text, UsageError, type Option, type Values } from "./arguments";
import { openBackend } from "./backend";
import { adapterOption, modelOption, openModel, openPolicy } from "./model";
import { RunFolder } from "./run_folder";

/** Options of commands that ask what a policy can do: a model, or a run's model with what it has learned. */
export const subjectOptions = {
  run: { type: "string", value: "DIR", description: "A run folder: its model with its adapter" },
  model: modelOption,
  adapter: adapterOption,
} as const satisfies Record<string, Option>;

/** The policy that the options name. */
export interface Subject {
  readonly model: ModelFile;
  readonly policy: LlamaPolicy;
  /** The model's name, or its file. */
  readonly name: string;
  /** With `--run`: the folder, and what it was made with. */
  readonly run: { readonly folder: RunFolder; readonly config: RunConfig } | null;
}

/** Opens the policy of `--run`, or of `--model` and `--adapter`. Throws UsageError, RUN_MISSING and FILE_MISSING. */
export async function openSubject(values: Values): Promise<Subject> {
  const path = text(values, "run");
  if (path !== undefined && values["adapter"]) throw new UsageError("--run brings its own adapter");
  const folder = path === undefined ? null : new RunFolder(path);
  const run = folder && { folder, config: folder.readManifest().config };
  const name = run ? run.config.model : text(values, "model")!;
  const model = openModel(name);
  const adapter = path === undefined ? text(values, "adapter") : join(path, "adapter");
  return {
    model,
    name,
    run,
    policy: openPolicy(
      await openBackend(values["backend"], integer(values, "threads", { min: 1 })),
      model,
      adapter,
    ),
  };
}
