import type { PlannedRun } from "../../policy/memory_estimate";
import { describeModel, type ModelDescription } from "./describe_model";
import type { DownloadProgress } from "./download";
import { fileSource } from "./file_source";
import { ModelFiles, storageRoom, type KeptModel, type UnfinishedModel } from "./model_files";
import { modelSource } from "./model_source";

/** What this browser keeps, and how much more it could. */
export interface ModelList {
  readonly models: readonly KeptModel[];
  readonly unfinished: readonly UnfinishedModel[];
  /** Bytes; null where the browser does not say. */
  readonly room: { readonly used: number; readonly room: number } | null;
}

/** Told of every piece of a file that arrives. */
export type OnProgress = (progress: DownloadProgress) => void;

/** What the page asks about model files. Commands reject with our errors, and with an AbortError when they are cancelled. */
export interface ModelCommands {
  /** Throws STORE_REFUSED. */
  list(): Promise<ModelList>;
  /** The head of a kept model, and what a run on it would need. Throws FILE_MISSING and what is wrong with it. */
  describe(id: string, run: PlannedRun): Promise<ModelDescription>;
  /** Fetches what `modelSource` understands, or goes on with it. One file at a time: another call cancels the one before. */
  fetch(text: string, onProgress: OnProgress): Promise<KeptModel>;
  /** Keeps a copy of a user's file. */
  keep(file: File, onProgress: OnProgress): Promise<KeptModel>;
  /** Ends fetching or copying; what has arrived stays. */
  cancel(): void;
  /** Deletes a model, or what there is of it. */
  delete(id: string): Promise<void>;
}

export function modelCommands(open: () => Promise<ModelFiles> = () => ModelFiles.open()): ModelCommands {
  let current = new AbortController();
  const begin = (): AbortSignal => {
    current.abort();
    current = new AbortController();
    return current.signal;
  };
  return {
    async list() {
      const files = await open();
      return { ...(await files.list()), room: await storageRoom() };
    },
    async describe(id, run) {
      const { model, file } = await (await open()).open(id);
      return describeModel(fileSource(file), model.name, run);
    },
    async fetch(text, onProgress) {
      const source = modelSource(text);
      return (await open()).fetch(source, { signal: begin(), onProgress });
    },
    keep: async (file, onProgress) => (await open()).keep(file, { signal: begin(), onProgress }),
    cancel: () => current.abort(),
    delete: async (id) => (await open()).delete(id),
  };
}
