import { SvelteMap } from "svelte/reactivity";
import { arrivedError, type HerlError } from "../../errors";
import type { PlannedRun } from "../../policy/memory_estimate";
import type { ModelDescription } from "../../runs/models/describe_model";
import type { DownloadProgress } from "../../runs/models/download";
import type { ModelCommands, ModelList, OnProgress } from "../../runs/models/model_commands";
import type { KeptModel } from "../../runs/models/model_files";
import { modelThread } from "./model_thread";

interface Arriving {
  /** What the reader wrote, or the file's name. */
  readonly name: string;
  readonly progress: DownloadProgress | null;
}

/** The model files of this browser. What is on its way goes on when the dialog is closed. */
export class ModelShelf {
  /** Null until it was listed. */
  list: ModelList | null = $state.raw(null);
  arriving: Arriving | null = $state.raw(null);
  problem: HerlError | null = $state.raw(null);
  /** What a file says of itself, or what is wrong with it, by id. */
  readonly descriptions = new SvelteMap<string, ModelDescription | HerlError>();
  private readonly start: () => ModelCommands;
  private commands: ModelCommands | null = null;

  constructor(start: () => ModelCommands = modelThread) {
    this.start = start;
  }

  private get files(): ModelCommands {
    return (this.commands ??= this.start());
  }

  /** Lists what is kept and reads the head of each file, for a run such as `run`. */
  async open(run: PlannedRun): Promise<void> {
    await this.attempt(() => this.refresh());
    await Promise.all((this.list?.models ?? []).map((model) => this.describe(model, run)));
  }

  /** Fetches a model. Resolves with it, or null where it did not arrive. */
  fetch(text: string): Promise<KeptModel | null> {
    return this.receive(text.trim(), (onProgress) => this.files.fetch(text, onProgress));
  }

  /** Keeps a copy of a file. */
  keep(file: File): Promise<KeptModel | null> {
    return this.receive(file.name, (onProgress) => this.files.keep(file, onProgress));
  }

  cancel(): void {
    this.files.cancel();
  }

  async remove(id: string): Promise<void> {
    await this.attempt(() => this.files.delete(id));
    await this.attempt(() => this.refresh());
  }

  private async describe({ id }: KeptModel, run: PlannedRun): Promise<void> {
    const said = await this.files
      .describe(id, run)
      .catch((error: unknown) =>
        arrivedError(error, { code: "FILE_MISSING", cure: "Fetch the model again, or open its file" }),
      );
    this.descriptions.set(id, said);
  }

  private async receive(
    name: string,
    get: (onProgress: OnProgress) => Promise<KeptModel>,
  ): Promise<KeptModel | null> {
    this.arriving = { name, progress: null };
    // Where it is granted, the browser does not throw models away when it runs out of room.
    void globalThis.navigator?.storage?.persist?.().catch(() => false);
    let model: KeptModel | null = null;
    await this.attempt(async () => {
      model = await get((progress) => {
        if (this.arriving) this.arriving = { name, progress };
      });
    });
    this.arriving = null;
    const { problem } = this;
    await this.attempt(() => this.refresh());
    this.problem ??= problem;
    return model;
  }

  private async refresh(): Promise<void> {
    this.list = await this.files.list();
  }

  /** Keeps what went wrong for the page; that the reader gave up is no problem. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    this.problem = null;
    try {
      await work();
    } catch (error) {
      if ((error as Partial<Error> | null)?.name === "AbortError") return;
      this.problem = arrivedError(error, { code: "MODEL_FETCH", cure: "Try again, or reload the page" });
    }
  }
}

export const modelShelf = new ModelShelf();
