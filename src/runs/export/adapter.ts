import { HerlError } from "../../errors";
import type { LlamaConfig } from "../../policy/gguf/llama_config";
import { loraShapes } from "../../policy/lora";
import { parameterLayout, splitPool } from "../../policy/parameters";
import { peftFiles, type PeftFiles } from "../../policy/peft";
import type { PolicySnapshot } from "../../policy/policy";
import type { Manifest } from "../manifest";

/**
 * The adapter of a recorded run in PEFT's format. `model` is the configuration of its model. Throws ADAPTER_MISMATCH for
 * a run that trained every weight.
 */
export function checkpointAdapter(
  { config, model: { name } }: Pick<Manifest, "config" | "model">,
  model: LlamaConfig,
  { parameters }: Pick<PolicySnapshot, "parameters">,
): PeftFiles {
  const { training } = config;
  if (training.mode === "full") {
    throw new HerlError(
      "ADAPTER_MISMATCH",
      "The run trained every weight, so it has no adapter",
      "Train with training.mode lora",
    );
  }
  const { entries } = parameterLayout(loraShapes(model, training));
  return peftFiles(training, entries, splitPool(entries, parameters), name);
}
