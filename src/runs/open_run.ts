import type { Backend, BackendName } from "../compute/backend";
import { probe, type ProbeResult } from "../compute/probe";
import { WebgpuBackend } from "../compute/webgpu";
import { HerlError, plainError } from "../errors";
import type { ByteSource } from "../policy/gguf/byte_source";
import { readModel, type ModelFile } from "../policy/model_file";
import { weightCount } from "../policy/llama/build";
import type { ThreadStarter } from "../kernels/threads";
import type { Judge } from "../rubric/judge/judge";
import type { Journal } from "./journal";
import type { OpenLearner } from "./learner";
import { MemoryJournal } from "./memory_journal";
import type { JudgeAccess } from "./open_grader";
import { withCalibration, type Manifest } from "./manifest";
import type { PeftFiles } from "../policy/peft";
import { openSession, type OpenSession, type SessionRequest } from "./open_session";
import type { ModelCard, OpenRequest, RunEvent } from "./protocol";
import type { RunConfig } from "./config";
import { checkpointAdapter } from "./export/adapter";
import type { RecordedStart } from "./start";
import type { Session } from "./session";
import type { RunStore } from "./store";
import type { RunTasks } from "./world";

/** A model file that is read piece by piece, as weights are needed. */
export interface KeptModelFile {
  readonly source: ByteSource;
  readonly sha256: string;
}

/** What runs need of the place they are opened in. */
export interface RunEnvironment {
  readonly gpu: GPU | undefined;
  /** Helpers of the cpu backend; absent where it has one thread. */
  readonly threads?: ThreadStarter;
  readonly emit: (event: RunEvent) => void;
  /** A model's bytes: an embedded one's by its name, a kept file by SHA-256 or name. */
  loadModel(name: string, sha256?: string): Promise<Uint8Array | KeptModelFile>;
  /** Resolves with null where nothing can be stored. */
  readonly store: Promise<RunStore | null>;
  /** Takes the lock of a run, so that no other tab writes it; resolves with its release, or null if it is taken. */
  lock(runId: string): Promise<(() => void) | null>;
}

/** An open run. Backend, learner and session are replaced when a GPU is lost. */
export interface OpenRun {
  readonly id: string;
  readonly config: RunConfig;
  readonly model: ModelFile;
  readonly tasks: RunTasks | undefined;
  /** The adapter that it started from; undefined for the bare model. */
  readonly start: PeftFiles | undefined;
  readonly journal: Journal;
  readonly release: () => void;
  /** As it was begun, with what was last measured of its judge. */
  manifest: Manifest;
  backend: Backend;
  learner: OpenLearner;
  session: Session;
  judge: Judge | null;
}

/** Opens runs for the page: new ones, and stored ones where they were left. Keeps the models that it has read. */
export class RunOpener {
  private readonly environment: RunEnvironment;
  private readonly judge: JudgeAccess;
  private readonly models = new Map<string, ModelFile>();
  /** Of the last run on a task file: where nothing can be stored, it can still be started over. */
  private lastTasks: { readonly sha256: string; readonly lines: string } | null = null;
  /** Where the last run that started from another began: it can be started over after that other one was deleted. */
  private lastStart: { readonly run: string; readonly model: string; readonly files: PeftFiles } | null =
    null;

  constructor(environment: RunEnvironment, judge: JudgeAccess) {
    this.environment = environment;
    this.judge = judge;
  }

  /**
   * Opens a run and announces it. Throws RUN_LOCKED, RUN_MISSING, RUN_MODEL_CHANGED, what `openWorld` throws, and the
   * errors of models and backends.
   */
  async open(request: OpenRequest): Promise<OpenRun> {
    const { resume } = request;
    const { lock } = this.environment;
    const id = resume ?? crypto.randomUUID();
    const release = await lock(id);
    if (!release) {
      throw new HerlError(
        "RUN_LOCKED",
        "This run is open in another tab",
        "Close it there, or start a new run here",
      );
    }
    try {
      return await this.openLocked(id, release, request);
    } catch (error) {
      release();
      throw error;
    }
  }

  private async openLocked(
    id: string,
    release: () => void,
    { config: wanted, backend: choice, resume, tasks: lines, from }: OpenRequest,
  ): Promise<OpenRun> {
    const { emit } = this.environment;
    const resuming = resume !== undefined;
    const store = await this.environment.store;
    const recorded = resuming ? await store!.manifest(id) : undefined;
    const config = recorded?.config ?? wanted;
    const model = await this.model(config.model, recorded?.model.sha256);
    const tasks = await this.tasksOf(config, lines);
    const start = recorded ? await this.recordedStart(recorded) : await this.startAt(from, model);
    const { backend: first, measured } = await this.openBackend(recorded?.backend.backend ?? choice);
    const journal = new MemoryJournal(store?.journal(id) ?? null, (error) =>
      emit({ type: "notice", ...plainError(error) }),
    );
    const plan = { model, config, journal, recorded, tasks, start, judge: this.judge };
    const { backend, session, learner, judge, manifest: made } = await this.load(first, plan);
    const calibration = judge && (await store?.calibrations.latest(config.judge));
    const manifest = withCalibration(made, calibration);
    await journal.begin(manifest);
    if (resuming) await session.resume();
    emit({
      type: "opened",
      runId: id,
      config,
      start: manifest.start ?? null,
      model: modelCard(config.model, model, learner.policy.model.parameters.count),
      adapter: backend.adapter,
      probe: measured,
      metrics: resuming ? (await store!.steps(id)).map(({ metrics }) => metrics) : [],
      evaluations: resuming ? await store!.evaluations(id) : [],
    });
    return { id, config, model, tasks, start, journal, release, manifest, backend, learner, session, judge };
  }

  /** Loads a run's model; on a new device if the GPU is lost meanwhile, once. */
  private async load(
    backend: Backend,
    plan: Omit<SessionRequest, "backend">,
  ): Promise<OpenSession & { backend: Backend }> {
    try {
      return { backend, ...(await openSession({ ...plan, backend })) };
    } catch (error) {
      if (!(error instanceof HerlError) || error.code !== "DEVICE_LOST") throw error;
      const cure = "The model is loaded again on a new device";
      this.environment.emit({ type: "notice", ...plainError(error), cure });
      const again = await this.anotherDevice(backend);
      return { backend: again, ...(await openSession({ ...plan, backend: again })) };
    }
  }

  /** A device in the place of one that was lost, with the same tile: its numbers are the same. */
  private async anotherDevice({ adapter: { matmulTile } }: Backend): Promise<Backend> {
    const backend = await WebgpuBackend.create(this.environment.gpu);
    if (matmulTile) backend.setMatmulTile(matmulTile);
    return backend;
  }

  /** Puts a run whose GPU was lost on a new device, where its last checkpoint left it. */
  async reopen(run: OpenRun): Promise<void> {
    const { config, model, tasks, start, journal } = run;
    run.backend = await this.anotherDevice(run.backend);
    Object.assign(
      run,
      await openSession({
        ...{ backend: run.backend, model, config, tasks, start, journal, judge: this.judge },
        recorded: run.manifest,
      }),
    );
    await run.session.resume();
  }

  /**
   * The model of that name, or the kept file with that SHA-256 under whichever name. An embedded one is read once; a
   * kept one's head every time, since its file may have been deleted and fetched again.
   */
  async model(name: string, sha256?: string): Promise<ModelFile> {
    const known = this.models.get(name);
    if (known) return known;
    const bytes = await this.environment.loadModel(name, sha256);
    if (!(bytes instanceof Uint8Array)) return readModel(bytes.source, bytes.sha256);
    const model = readModel(bytes);
    this.models.set(name, model);
    return model;
  }

  /**
   * The tasks of a run on a task file, `lines` where they are given, and every verifier for them; undefined for other
   * runs, and where nobody has them.
   */
  async tasksOf({ world }: Pick<RunConfig, "world">, lines?: string): Promise<RunTasks | undefined> {
    if (world.source !== "file") return undefined;
    const sha256 = world.tasks;
    const store = (await this.environment.store)?.tasks;
    if (lines !== undefined) {
      this.lastTasks = { sha256, lines };
      await store?.keep(sha256, lines).catch((error: HerlError) => {
        this.environment.emit({ type: "notice", ...plainError(error) });
      });
    }
    const known = this.lastTasks?.sha256 === sha256 ? this.lastTasks.lines : await store?.lines(sha256);
    if (known === null || known === undefined) return undefined;
    // Loaded for such runs only: it brings word lists along.
    const { loadRegistry } = await import("../rubric/verifiers/all");
    return { lines: known, registry: await loadRegistry() };
  }

  /** The adapter that a recorded run started from; undefined for the bare model, and where it is not there any more. */
  async recordedStart({ start }: { readonly start?: RecordedStart }): Promise<PeftFiles | undefined> {
    return start && (await this.environment.store)?.starts.get(start.sha256);
  }

  /**
   * The adapter of a stored run as far as it has got, kept for the run of `model` that starts there; undefined for none.
   * Throws RUN_MISSING, and ADAPTER_MISMATCH for a run of another model or one that has no adapter.
   */
  async startAt(run: string | undefined, model: ModelFile): Promise<PeftFiles | undefined> {
    if (run === undefined) return undefined;
    const store = await this.environment.store;
    const checkpoint = (await store?.checkpoint(run)) ?? null;
    if (checkpoint) {
      const manifest = await store!.manifest(run);
      this.lastStart = {
        run,
        model: manifest.model.sha256,
        files: checkpointAdapter(manifest, model.config, checkpoint.policy),
      };
    }
    if (this.lastStart?.run !== run) {
      throw new HerlError(
        "RUN_MISSING",
        "The run to start from is not stored, or has no update yet",
        "Train it for an update, or start from the bare model",
      );
    }
    const { files } = this.lastStart;
    if (this.lastStart.model !== model.sha256) {
      throw new HerlError(
        "ADAPTER_MISMATCH",
        "The run to start from has trained another model",
        "Choose its model, or start from the bare model",
      );
    }
    await store?.starts.keep(files).catch((error: HerlError) => {
      this.environment.emit({ type: "notice", ...plainError(error) });
    });
    return files;
  }

  /** Measures both backends and opens the one that was asked for; `auto` takes the faster one. */
  private async openBackend(
    choice: BackendName | "auto",
  ): Promise<{ backend: Backend; measured: ProbeResult }> {
    const { gpu, threads } = this.environment;
    const { result: measured, cpu, webgpu } = await probe(gpu, threads);
    const name = choice === "auto" ? measured.faster : choice;
    if (name === "webgpu") {
      cpu.destroy();
      return { backend: webgpu ?? (await WebgpuBackend.create(gpu)), measured };
    }
    webgpu?.destroy();
    return { backend: cpu, measured };
  }
}

function modelCard(name: string, { sha256, config, tokenizer }: ModelFile, trained: number): ModelCard {
  const { layers, dim, contextLength } = config;
  return {
    ...{ name, sha256, trained, layers, dim, contextLength },
    parameters: weightCount(config),
    vocabulary: Array.from({ length: tokenizer.vocabSize }, (_, token) => tokenizer.tokenText(token)),
    endIds: [...tokenizer.endIds],
  };
}
