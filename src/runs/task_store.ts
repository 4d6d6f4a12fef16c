import type { IDBPDatabase, DBSchema } from "idb";
import { storeError } from "./store_error";

/** What the list of task files says of one. */
export interface TaskFileSummary {
  /** Of its lines: what it is kept under. */
  readonly sha256: string;
  readonly name: string;
  /** When it was kept, ISO 8601. */
  readonly added: string;
  readonly tasks: number;
  /** Items that code decides, and items for a judge. */
  readonly code: number;
  readonly judged: number;
}

/** The part of the database that holds tasks: lines as `taskLines` writes them, and the list of files. */
export interface TaskStores extends DBSchema {
  tasks: { key: string; value: { sha256: string; lines: string } };
  taskFiles: { key: string; value: TaskFileSummary };
}

/** Task files in the browser's IndexedDB, beside the runs that were made with them. */
export class TaskStore {
  private readonly database: IDBPDatabase<TaskStores>;
  /** The tasks that stored runs need, by SHA-256. */
  private readonly used: () => Promise<readonly string[]>;

  constructor(database: IDBPDatabase<TaskStores>, used: () => Promise<readonly string[]>) {
    this.database = database;
    this.used = used;
  }

  /** All files, the last added first. */
  async list(): Promise<TaskFileSummary[]> {
    const files = await this.database.getAll("taskFiles");
    return files.sort((a, b) => (a.added < b.added ? 1 : -1));
  }

  /** The lines with that SHA-256, of a file or of a run; null where there are none. */
  async lines(sha256: string): Promise<string | null> {
    return (await this.database.get("tasks", sha256))?.lines ?? null;
  }

  /** Keeps lines for a run. Throws STORE_FULL or STORE_REFUSED. */
  async keep(sha256: string, lines: string): Promise<void> {
    await this.write(() => this.database.put("tasks", { sha256, lines }));
  }

  /** Puts a file on the list, in place of `replaced`. Throws STORE_FULL or STORE_REFUSED. */
  async save(
    file: TaskFileSummary,
    lines: string,
    { replaced, inUse }: { readonly replaced?: string; readonly inUse?: string } = {},
  ): Promise<void> {
    await this.write(async () => {
      const transaction = this.database.transaction(["tasks", "taskFiles"], "readwrite");
      const files = transaction.objectStore("taskFiles");
      if (replaced !== undefined) void files.delete(replaced);
      void files.put(file);
      void transaction.objectStore("tasks").put({ sha256: file.sha256, lines });
      await transaction.done;
    });
    await this.sweep(inUse);
  }

  /** Takes a file off the list. Its tasks stay as long as a stored run was made with them, or are `inUse`. */
  async delete(sha256: string, inUse?: string): Promise<void> {
    await this.database.delete("taskFiles", sha256);
    await this.sweep(inUse);
  }

  /** Deletes lines that neither a file nor a stored run needs, except `inUse`. */
  async sweep(inUse?: string): Promise<void> {
    const [kept, files, runs] = await Promise.all([
      this.database.getAllKeys("tasks"),
      this.database.getAllKeys("taskFiles"),
      this.used(),
    ]);
    const needed = new Set([...files, ...runs, inUse]);
    await Promise.all(
      kept.filter((sha256) => !needed.has(sha256)).map((sha256) => this.database.delete("tasks", sha256)),
    );
  }

  private async write(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      throw storeError(cause, {
        full: "Delete old runs or task files; these tasks stay until the tab is closed",
        refused: "The tasks stay until the tab is closed; export what you want to keep",
      });
    }
  }
}
