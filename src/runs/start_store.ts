import type { DBSchema, IDBPDatabase } from "idb";
import type { PeftFiles } from "../policy/peft";
import { recordedStart } from "./start";
import { storeError } from "./store_error";

/** The part of the database that holds the adapters which runs started from. */
export interface StartStores extends DBSchema {
  starts: { key: string; value: { sha256: string; files: PeftFiles } };
}

/** Adapters that stored runs started from: each is kept as long as a run needs it, also after its own run was deleted. */
export class StartStore {
  private readonly database: IDBPDatabase<StartStores>;
  /** The adapters that stored runs need, by SHA-256. */
  private readonly used: () => Promise<readonly string[]>;

  constructor(database: IDBPDatabase<StartStores>, used: () => Promise<readonly string[]>) {
    this.database = database;
    this.used = used;
  }

  async get(sha256: string): Promise<PeftFiles | undefined> {
    return (await this.database.get("starts", sha256))?.files;
  }

  /** Throws STORE_FULL or STORE_REFUSED. */
  async keep(files: PeftFiles): Promise<void> {
    try {
      await this.database.put("starts", { ...recordedStart(files), files });
    } catch (cause) {
      throw storeError(cause, {
        full: "Delete old runs; this one can be trained, and not be continued later",
        refused: "The run can be trained, and not be continued later",
      });
    }
  }

  /** Deletes what no stored run needs, except `inUse`. */
  async sweep(inUse?: string): Promise<void> {
    const kept = await this.database.getAllKeys("starts");
    const needed = new Set([...(await this.used()), inUse]);
    await Promise.all(
      kept.filter((sha256) => !needed.has(sha256)).map((sha256) => this.database.delete("starts", sha256)),
    );
  }
}
