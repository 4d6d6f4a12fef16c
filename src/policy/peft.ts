import type { Numbers } from "../compute/backend";
import { HerlError } from "../errors";
import type { LoraConfig } from "./lora";
import { projections, type Projection } from "./llama/weights";
import type { ParameterEntry, Parameters } from "./parameters";
import { readSafetensors, writeSafetensors } from "./safetensors";

/** The two files of a PEFT adapter folder. */
export interface PeftFiles {
  /** `adapter_config.json` */
  readonly config: string;
  /** `adapter_model.safetensors` */
  readonly weights: Uint8Array<ArrayBuffer>;
}

export const peftNames = { config: "adapter_config.json", weights: "adapter_model.safetensors" } as const;

/** The adapter in the format of Hugging Face PEFT, which `PeftModel.from_pretrained` loads. */
export function peftFiles(
  lora: LoraConfig,
  entries: readonly ParameterEntry[],
  matrices: ReadonlyMap<string, Numbers>,
  baseModel: string,
): PeftFiles {
  const config = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: baseModel,
    r: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: 0,
    bias: "none",
    target_modules: lora.targets.map((target) => target.split(".")[1]),
    inference_mode: true,
  };
  const shaped = entries.map(
    ({ name, rows, cols }) => [name, { rows, cols, floats: matrices.get(name)! }] as const,
  );
  return { config: `${JSON.stringify(config, null, 2)}\n`, weights: writeSafetensors(new Map(shaped)) };
}

/** An adapter read from its two files. */
export interface ReadAdapter {
  readonly lora: LoraConfig;
  readonly matrices: ReadonlyMap<string, Numbers>;
}

/** Reads a PEFT adapter. Throws FILE_FORMAT for files that are none, ADAPTER_MISMATCH for what we cannot apply. */
export function readPeft({ config, weights }: { config: string; weights: Uint8Array }): ReadAdapter {
  const { r, lora_alpha: alpha, target_modules: modules } = parseConfig(config);
  const targets = (Object.keys(projections) as Projection[]).filter((p) => modules.includes(p.split(".")[1]));
  if (targets.length !== modules.length) {
    throw new HerlError(
      "ADAPTER_MISMATCH",
      `The adapter's targets are ${modules.join(", ")}`,
      "Only adapters of q, k, v, o, gate, up and down projections can be loaded",
    );
  }
  const matrices = new Map([...readSafetensors(weights)].map(([name, { floats }]) => [name, floats]));
  return { lora: { rank: r, alpha, targets }, matrices };
}

function parseConfig(text: string): { r: number; lora_alpha: number; target_modules: string[] } {
  let config: Record<string, unknown>;
  try {
    config = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new HerlError("FILE_FORMAT", `${peftNames.config} is not JSON`, "Export the adapter again");
  }
  const { r, lora_alpha, target_modules, peft_type } = config;
  if (
    peft_type !== "LORA" ||
    !isRank(r) ||
    typeof lora_alpha !== "number" ||
    !Array.isArray(target_modules)
  ) {
    throw new HerlError(
      "FILE_FORMAT",
      `${peftNames.config} does not describe a LoRA adapter`,
      "Choose another adapter",
    );
  }
  return { r, lora_alpha, target_modules: target_modules.map(String) };
}

/** Adapters beyond this rank are no low-rank adapters; products take ranks four at a time. */
const isRank = (r: unknown): r is number =>
  Number.isInteger(r) && (r as number) > 0 && (r as number) <= 1024 && (r as number) % 4 === 0;

/** Puts an adapter's matrices in place. Throws ADAPTER_MISMATCH when they are not those of this model. */
export function loadAdapter(parameters: Parameters, matrices: ReadonlyMap<string, Numbers>): void {
  for (const { name, rows, cols } of parameters.entries) {
    const length = matrices.get(name)?.length;
    if (length === rows * cols) continue;
    const what =
      length === undefined ? `has no ${name}` : `has ${name} with ${length} numbers, not ${rows} × ${cols}`;
    throw new HerlError(
      "ADAPTER_MISMATCH",
      `The adapter ${what}`,
      "Choose an adapter that was trained on this model",
    );
  }
  parameters.write(matrices);
}
