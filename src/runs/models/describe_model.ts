import type { ByteSource } from "../../policy/gguf/byte_source";
import type { LlamaConfig } from "../../policy/gguf/llama_config";
import { getString } from "../../policy/gguf/metadata";
import { modelConfig } from "../../policy/gguf/model_config";
import { readGguf } from "../../policy/gguf/read_gguf";
import type { TensorType } from "../../policy/gguf/tensor_type";
import { estimateMemory, type MemoryEstimate, type PlannedRun } from "../../policy/memory_estimate";

/** What a model file says of itself, before any of its weights is read. Its words are its own: text, never markup. */
export interface ModelDescription {
  /** Its name, or its file's where it has none. */
  readonly title: string;
  readonly license: string | null;
  /** Who made it, or where it comes from, as it says. */
  readonly origin: string | null;
  readonly config: LlamaConfig;
  readonly bytes: number;
  readonly parameters: number;
  /** How its weights are kept, the most frequent first. */
  readonly types: readonly { readonly type: TensorType; readonly parameters: number }[];
  /** Without one it was not made for chat, and cannot be asked. */
  readonly hasChatTemplate: boolean;
  /** What a run on it will need. */
  readonly memory: MemoryEstimate;
}

/**
 * Reads the head of a model file. Throws what is wrong with its format, its architecture or its sizes, as loading it
 * would.
 */
export function describeModel(source: ByteSource, fileName: string, run: PlannedRun): ModelDescription {
  const file = readGguf(source);
  const config = modelConfig(file);
  const stated = (...keys: readonly string[]): string | null =>
    keys.map((key) => plain(getString(file.metadata, key))).find((text) => text !== null) ?? null;
  const tensors = [...file.tensors.values()];
  const types = new Map<TensorType, number>();
  for (const { type, rows, cols } of tensors) types.set(type, (types.get(type) ?? 0) + rows * cols);
  return {
    title: stated("general.name", "general.basename") ?? fileName,
    license: stated("general.license", "general.license.name"),
    origin: stated("general.organization", "general.author", "general.source.url", "general.url"),
    config,
    bytes: source.size,
    parameters: tensors.reduce((sum, { rows, cols }) => sum + rows * cols, 0),
    types: [...types]
      .map(([type, parameters]) => ({ type, parameters }))
      .sort((a, b) => b.parameters - a.parameters),
    hasChatTemplate: file.metadata.has("tokenizer.chat_template"),
    memory: estimateMemory(config, tensors, run),
  };
}

const longest = 120;

/** A file's text on one line and of a length that can be shown; null for none. */
function plain(text: string | undefined): string | null {
  // Controls and format characters: line breaks, and what turns the direction of the text around it.
  const line = text?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  if (!line) return null;
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
