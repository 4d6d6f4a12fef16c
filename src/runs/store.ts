import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { HerlError } from "../errors";
import { isDecided, type Judgement, type Judgements } from "../rubric/judge/judgements";
import { CalibrationStore, type CalibrationStores } from "./calibration_store";
import type { Checkpoint, Journal, StepLines } from "./journal";
import type { EvaluationRow } from "./evaluate";
import { ImportStore, type ImportStores } from "./import_store";
import { checkManifest, type Manifest } from "./manifest";
import type { MetricsRow } from "./metrics";
import type { RunSummary } from "./protocol";
import type { FailureRecord } from "./failure_records";
import type { FailureLog } from "./failure_report";
import type { RolloutRecord } from "./records";
import { StartStore, type StartStores } from "./start_store";
import { storeError } from "./store_error";
import { TaskStore, type TaskStores } from "./task_store";

/** Grows when the stores change; `upgrade` brings older databases along. */
const databaseVersion = 6;

/** Everything recorded of one step: one value, so that a step is stored whole or not at all. */
interface StoredStep {
  readonly run: string;
  readonly step: number;
  readonly metrics: MetricsRow;
  readonly rollouts: readonly RolloutRecord[];
  readonly failures: readonly FailureRecord[];
}

interface Database extends DBSchema, TaskStores, StartStores, CalibrationStores, ImportStores {
  runs: {
    key: string;
    value: { id: string; manifest: Manifest; updated: string; steps: number; digest: string };
  };
  steps: { key: [run: string, step: number]; value: StoredStep };
  evaluations: {
    key: [run: string, step: number];
    value: { run: string; step: number; rows: readonly EvaluationRow[] };
  };
  checkpoints: { key: string; value: { run: string; checkpoint: Checkpoint } };
  snapshots: {
    key: [run: string, step: number];
    value: { run: string; step: number; parameters: Float32Array<ArrayBuffer> };
  };
  judgements: {
    key: [run: string, key: string];
    value: { run: string; key: string; judgement: Judgement };
    indexes: { key: string };
  };
}

const perStep = ["steps", "evaluations", "snapshots"] as const;

/** Runs in the browser's IndexedDB, written as they go. */
export class RunStore {
  readonly tasks: TaskStore;
  readonly starts: StartStore;
  readonly calibrations: CalibrationStore;
  readonly imports: ImportStore;
  private readonly database: IDBPDatabase<Database>;

  private constructor(database: IDBPDatabase<Database>) {
    this.database = database;
    this.tasks = new TaskStore(database as unknown as IDBPDatabase<TaskStores>, async () =>
      (await this.list()).map(({ manifest }) => manifest.config.world.tasks ?? ""),
    );
    this.starts = new StartStore(database as unknown as IDBPDatabase<StartStores>, async () =>
      (await this.list()).map(({ manifest }) => manifest.start?.sha256 ?? ""),
    );
    this.calibrations = new CalibrationStore(database as unknown as IDBPDatabase<CalibrationStores>);
    this.imports = new ImportStore(database as unknown as IDBPDatabase<ImportStores>);
  }

  /** Opens the store. Throws STORE_REFUSED where the browser forbids it (private windows, blocked site data). */
  static async open(name = "herl-playground"): Promise<RunStore> {
    try {
      const database = await openDB<Database>(name, databaseVersion, {
        upgrade(db, from) {
          if (from < 1) {
            db.createObjectStore("runs", { keyPath: "id" });
            db.createObjectStore("checkpoints", { keyPath: "run" });
            for (const store of perStep) db.createObjectStore(store, { keyPath: ["run", "step"] });
          }
          if (from < 2) {
            const judgements = db.createObjectStore("judgements", { keyPath: ["run", "key"] });
            judgements.createIndex("key", "key");
          }
          if (from < 3)
            for (const store of ["tasks", "taskFiles"] as const)
              db.createObjectStore(store, { keyPath: "sha256" });
          if (from < 4) db.createObjectStore("calibrations", { keyPath: "judge" });
          if (from < 5) db.createObjectStore("imports", { keyPath: "id" });
          if (from < 6) db.createObjectStore("starts", { keyPath: "sha256" });
        },
      });
      return new RunStore(database);
    } catch (cause) {
      throw new HerlError(
        "STORE_REFUSED",
        "The browser does not let this page store anything",
        "Runs are kept until the tab is closed; export what you want to keep",
        { cause },
      );
    }
  }

  /** All runs, the last changed first. */
  async list(): Promise<RunSummary[]> {
    const runs = await this.database.getAll("runs");
    return runs.sort((a, b) => (a.updated < b.updated ? 1 : -1));
  }

  /** A stored run. Throws RUN_MISSING, or RUN_FORMAT for one of another version. */
  async manifest(id: string): Promise<Manifest> {
    const run = await this.database.get("runs", id);
    if (!run) throw new HerlError("RUN_MISSING", "The stored run is not there any more", "Start a new one");
    return checkManifest(run.manifest);
  }

  /** The recorded steps of a run, in order. */
  steps(id: string): Promise<StoredStep[]> {
    return this.database.getAll("steps", allSteps(id));
  }

  /** The metrics of every step, without the responses, which are many times as large. */
  async metrics(id: string): Promise<MetricsRow[]> {
    const rows: MetricsRow[] = [];
    const { store } = this.database.transaction("steps");
    for await (const { value } of store.iterate(allSteps(id))) rows.push(value.metrics);
    return rows;
  }

  /** What is recorded about items, step by step, without the responses, which are many times as large. */
  async failures(id: string): Promise<FailureLog[]> {
    const log: FailureLog[] = [];
    const { store } = this.database.transaction("steps");
    for await (const { value } of store.iterate(allSteps(id)))
      // Steps from before there was a log have none.
      log.push({
        metrics: value.metrics,
        failures: (value.failures as FailureLog["failures"] | undefined) ?? [],
      });
    return log;
  }

  async evaluations(id: string): Promise<EvaluationRow[]> {
    return (await this.database.getAll("evaluations", allSteps(id))).flatMap(({ rows }) => [...rows]);
  }

  async checkpoint(id: string): Promise<Checkpoint | null> {
    return (await this.database.get("checkpoints", id))?.checkpoint ?? null;
  }

  snapshots(id: string): Promise<{ step: number; parameters: Float32Array<ArrayBuffer> }[]> {
    return this.database.getAll("snapshots", allSteps(id));
  }

  /** Deletes a run, and what no other run (or task file) needs of its tasks and its start, except what is `inUse`. */
  async delete(id: string, inUse: { readonly tasks?: string; readonly start?: string } = {}): Promise<void> {
    const transaction = this.database.transaction(
      ["runs", "checkpoints", "judgements", ...perStep],
      "readwrite",
    );
    await Promise.all([
      transaction.objectStore("judgements").delete(allJudgements(id)),
      transaction.objectStore("runs").delete(id),
      transaction.objectStore("checkpoints").delete(id),
      ...perStep.map((store) => transaction.objectStore(store).delete(allSteps(id))),
      transaction.done,
    ]);
    await this.tasks.sweep(inUse.tasks);
    await this.starts.sweep(inUse.start);
  }

  /**
   * The judgements of a run. What another run's judge decided on the very same question counts too, and is taken into
   * this run's record.
   */
  judgements(id: string): Judgements {
    return {
      get: async (key) => {
        const own = await this.database.get("judgements", [id, key]);
        if (own) return own.judgement;
        const others = await this.database.getAllFromIndex("judgements", "key", key);
        const judgement = others.find((other) => isDecided(other.judgement))?.judgement;
        if (judgement) await this.database.put("judgements", { run: id, key, judgement });
        return judgement;
      },
      put: async (key, judgement) => {
        await this.database.put("judgements", { run: id, key, judgement });
      },
    };
  }

  /** Every judgement of a run, for its export. */
  async recordedJudgements(id: string): Promise<(Judgement & { readonly key: string })[]> {
    const stored = await this.database.getAll("judgements", allJudgements(id));
    return stored.map(({ key, judgement }) => ({ key, ...judgement }));
  }

  /** The journal of a run. Its manifest is written with the first record, so that runs never started leave nothing. */
  journal(id: string): Journal {
    return new StoreJournal(this.database, id, this.judgements(id));
  }

  close(): void {
    this.database.close();
  }
}

class StoreJournal implements Journal {
  private readonly database: IDBPDatabase<Database>;
  private readonly id: string;
  private manifest: Manifest | null = null;

  readonly judgements: Judgements;

  constructor(database: IDBPDatabase<Database>, id: string, judgements: Judgements) {
    this.database = database;
    this.id = id;
    this.judgements = judgements;
  }

  begin(manifest: Manifest): Promise<void> {
    this.manifest = manifest;
    return Promise.resolve();
  }

  /** A run that has no record yet gets it with the first one. */
  async amend(manifest: Manifest): Promise<void> {
    this.manifest = manifest;
    await this.write(["runs"], async (transaction) => {
      const runs = transaction.objectStore("runs");
      const run = await runs.get(this.id);
      if (run) await runs.put({ ...run, manifest });
    });
  }

  async resume(): Promise<Checkpoint | null> {
    const transaction = this.database.transaction(["runs", "checkpoints", ...perStep], "readwrite");
    const checkpoint = (await transaction.objectStore("checkpoints").get(this.id))?.checkpoint ?? null;
    const { step, evaluated } = checkpoint?.progress ?? { step: 0, evaluated: false };
    for (const store of perStep) {
      const first = store === "evaluations" && !evaluated ? step : step + 1;
      await transaction.objectStore(store).delete(allSteps(this.id, first));
    }
    await transaction.done;
    return checkpoint;
  }

  async saveStep({ metrics, rollouts, failures }: StepLines, checkpoint: Checkpoint | null): Promise<void> {
    const { step, digest } = metrics;
    await this.write(["runs", "steps", "checkpoints"], async (transaction) => {
      await transaction.objectStore("steps").put({ run: this.id, step, metrics, rollouts, failures });
      if (checkpoint) await transaction.objectStore("checkpoints").put({ run: this.id, checkpoint });
      await this.touch(transaction, step, digest);
    });
  }

  async saveEvaluation(rows: readonly EvaluationRow[], progress: Checkpoint["progress"]): Promise<void> {
    const { step, digest } = progress;
    await this.write(["runs", "evaluations", "checkpoints"], async (transaction) => {
      await transaction.objectStore("evaluations").put({ run: this.id, step, rows });
      const checkpoints = transaction.objectStore("checkpoints");
      const current = await checkpoints.get(this.id);
      if (current?.checkpoint.progress.step === step)
        await checkpoints.put({ run: this.id, checkpoint: { ...current.checkpoint, progress } });
      await this.touch(transaction, step, digest);
    });
  }

  async saveSnapshot(step: number, parameters: Float32Array<ArrayBuffer>): Promise<void> {
    await this.write(["snapshots"], async (transaction) => {
      await transaction.objectStore("snapshots").put({ run: this.id, step, parameters });
    });
  }

  private async touch(transaction: Transaction, steps: number, digest: string): Promise<void> {
    const runs = transaction.objectStore("runs");
    const manifest = this.manifest ?? (await runs.get(this.id))!.manifest;
    await runs.put({ id: this.id, manifest, steps, digest, updated: new Date().toISOString() });
  }

  /** One transaction: all or nothing. Throws STORE_FULL when the disk is, STORE_REFUSED for anything else. */
  private async write(stores: StoreName[], work: (transaction: Transaction) => Promise<void>): Promise<void> {
    try {
      const transaction = this.database.transaction(stores, "readwrite", {
        durability: "strict",
      }) as unknown as Transaction;
      await Promise.all([work(transaction), transaction.done]);
    } catch (cause) {
      throw storeError(cause, {
        full: "Delete old runs; this one goes on in memory",
        refused: "The run goes on in memory; export what you want to keep",
      });
    }
  }
}

type StoreName = "runs" | "checkpoints" | (typeof perStep)[number];

interface Transaction {
  objectStore<Name extends StoreName>(
    name: Name,
  ): {
    get(key: Database[Name]["key"]): Promise<Database[Name]["value"] | undefined>;
    put(value: Database[Name]["value"]): Promise<unknown>;
  };
  readonly done: Promise<void>;
}

const allJudgements = (run: string) => IDBKeyRange.bound([run, ""], [run, "\uffff"]);

const allSteps = (run: string, from = 0) => IDBKeyRange.bound([run, from], [run, Infinity]);
