import { HerlError } from "../../errors";
import { deviceLacks, lacksOf, readDevice, type Lack } from "../../policy/frozen/device";
import type {
  CachedModel,
  FrozenDevice,
  FrozenEngine,
  FrozenModel,
  LoadOptions,
  LoadProgress,
} from "../../policy/frozen/frozen_engine";
import type { WebLlm } from "../../policy/frozen/webllm_engine";
import { startWebLlm } from "./start";
import { Speedometer } from "./words";

interface Loading {
  readonly model: string;
  readonly progress: LoadProgress | null;
  /** Bytes a second, or null. */
  readonly speed: number | null;
}

/** The local models of the page: they go on loading, and stay loaded, when the dialog is closed. */
export class LocalModels {
  /** Null until it was looked at. */
  device: FrozenDevice | null = $state.raw(null);
  /** Null until they were listed. */
  models: readonly FrozenModel[] | null = $state.raw(null);
  stored: readonly CachedModel[] = $state.raw([]);
  loaded: string | null = $state(null);
  loading: Loading | null = $state.raw(null);
  problem: HerlError | null = $state.raw(null);
  private readonly start: () => WebLlm;
  private readonly readDevice: () => Promise<FrozenDevice>;
  private opened: WebLlm | null = null;
  private controller: AbortController | null = null;

  constructor(
    start: () => WebLlm = startWebLlm,
    deviceHere: () => Promise<FrozenDevice> = () => readDevice(navigator, isSecureContext),
  ) {
    this.start = start;
    this.readDevice = deviceHere;
  }

  /** What no model of this device can do without, and is not there. */
  get lacks(): readonly Lack[] {
    return this.device ? deviceLacks(this.device) : [];
  }

  /** What this model lacks here. */
  lacksOf(model: FrozenModel): readonly Lack[] {
    return this.device ? lacksOf(model, this.device, this.storedAs(model.id)?.complete) : [];
  }

  storedAs(id: string): CachedModel | undefined {
    return this.stored.find((model) => model.id === id);
  }

  /** The engine; its thread starts at the first use. */
  get engine(): FrozenEngine {
    return this.webLlm.engine;
  }

  /** A port to the engine for the training thread. */
  port(): Promise<MessagePort> {
    return this.webLlm.port();
  }

  private get webLlm(): WebLlm {
    return (this.opened ??= this.start());
  }

  /** Looks at the device; starts no thread and fetches nothing. */
  async look(): Promise<void> {
    this.device = await this.readDevice();
  }

  /** Lists models and what is stored of them. Starts the thread. */
  async list(): Promise<void> {
    await this.attempt(async () => {
      this.models = await this.engine.models();
      await this.refresh();
    });
    // A thread whose program did not arrive is of no more use: the next attempt starts another.
    if (this.models === null) this.close();
  }

  async load(
    model: string,
    options: Pick<LoadOptions, "distributions" | "contextLength"> = {},
  ): Promise<void> {
    this.controller = new AbortController();
    const { signal } = this.controller;
    const speed = new Speedometer();
    this.loading = { model, progress: null, speed: null };
    void globalThis.navigator?.storage?.persist?.().catch(() => false);
    await this.attempt(() =>
      this.engine.load(model, {
        ...options,
        signal,
        onProgress: (progress) => {
          if (this.loading?.model !== model || signal.aborted) return;
          const rate = progress.bytes === null ? null : speed.note(progress.bytes, performance.now());
          this.loading = { model, progress, speed: progress.phase === "fetching" ? rate : null };
        },
      }),
    );
    this.loading = null;
    await this.refresh();
  }

  cancel(): void {
    this.controller?.abort();
  }

  async unload(): Promise<void> {
    await this.attempt(() => this.engine.unload());
    await this.refresh();
  }

  /** Removes a model's files from this browser. */
  async remove(model: string): Promise<void> {
    await this.attempt(() => this.engine.cache.delete(model));
    await this.refresh();
  }

  private async refresh(): Promise<void> {
    const [stored, loaded] = await Promise.all([
      this.engine.cache.list().catch(() => []),
      this.engine.loaded().catch(() => null),
      this.look(),
    ]);
    this.stored = stored;
    this.loaded = loaded;
  }

  private close(): void {
    this.opened?.close();
    this.opened = null;
  }

  /** Keeps what went wrong for the page; that the reader gave up is no problem. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    this.problem = null;
    try {
      await work();
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      this.problem =
        error instanceof HerlError
          ? error
          : new HerlError("WEBLLM_FAILED", `The local model failed: ${String(error)}`, "Reload the page");
    }
  }
}

/** One for the page: the dialog, the judge and exploration share the model that is loaded. */
export const localModels = new LocalModels();
