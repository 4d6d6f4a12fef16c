import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { HerlError } from "../errors";
import type { LlamaPolicy } from "../policy/llama_policy";
import { loadAdapter, peftFiles, readPeft, type PeftFiles } from "../policy/peft";
import type { RunConfig } from "./config";

/** What a manifest says of the adapter that its run started from. */
export interface RecordedStart {
  /** SHA-256 over the two files of the adapter, the configuration first. */
  readonly sha256: string;
}

export const recordedStart = ({ config, weights }: PeftFiles): RecordedStart => ({
  sha256: bytesToHex(sha256(concatBytes(utf8ToBytes(config), weights))),
});

/** Throws RUN_START_MISSING where a recorded run started from an adapter, and `start` is not that one. */
export function checkStart(recorded: RecordedStart | undefined, start: PeftFiles | undefined): void {
  if (!recorded || (start && recordedStart(start).sha256 === recorded.sha256)) return;
  throw new HerlError(
    "RUN_START_MISSING",
    `The run started from an adapter, and ${start ? "the one that is there is another" : "it is not there"}`,
    "Put it back where the run keeps it (`start` in a run folder), or start a new run",
  );
}

/** The adapter that a run's policy has by now, for the next one to start from; null where it trains every weight. */
export async function adapterOf(
  { parameters }: LlamaPolicy["model"],
  { training, model }: Pick<RunConfig, "training" | "model">,
): Promise<PeftFiles | null> {
  if (training.mode !== "lora") return null;
  return peftFiles(training, parameters.entries, await parameters.read(), model);
}

/**
 * Puts a policy where an earlier run ended: its adapter becomes the first one, and the reference of the KL term. Throws
 * ADAPTER_MISMATCH where the run trains no adapter of its shape, FILE_FORMAT for files that hold none.
 */
export function startFrom(
  policy: LlamaPolicy,
  { mode, rank, alpha, targets }: RunConfig["training"],
  files: PeftFiles,
): void {
  const { lora, matrices } = readPeft(files);
  const told = (of: { rank: number; alpha: number; targets: readonly string[] }) =>
    `rank ${of.rank}, alpha ${of.alpha}, ${[...of.targets].sort().join(" ")}`;
  const own = told({ rank, alpha, targets });
  if (mode !== "lora" || told(lora) !== own) {
    throw new HerlError(
      "ADAPTER_MISMATCH",
      `The run trains ${mode === "lora" ? `an adapter of ${own}` : "every weight"}, and the one to start from has ${told(lora)}`,
      "Give training.mode, training.rank, training.alpha and training.targets the adapter's values",
    );
  }
  loadAdapter(policy.model.parameters, matrices);
  policy.markReference();
}
