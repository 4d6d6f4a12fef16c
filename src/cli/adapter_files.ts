import { existsSync } from "node:fs";
import { join } from "node:path";
import { peftNames, type PeftFiles } from "../policy/peft";
import { readBytes, readText, writeBytes } from "./files";

/** Reads the two files of a PEFT adapter's folder. Throws FILE_MISSING. */
export const readAdapterFiles = (folder: string): PeftFiles => ({
  config: readText(join(folder, peftNames.config)),
  weights: Uint8Array.from(readBytes(join(folder, peftNames.weights))),
});

/** Writes an adapter as a folder in PEFT's format. */
export function writeAdapter(folder: string, { config, weights }: PeftFiles): void {
  writeBytes(join(folder, peftNames.config), config);
  writeBytes(join(folder, peftNames.weights), weights);
}

/** The adapter of a finished run's folder, or of an adapter's own. */
export function readStart(path: string): PeftFiles {
  const ofRun = join(path, "adapter");
  return readAdapterFiles(existsSync(ofRun) ? ofRun : path);
}
