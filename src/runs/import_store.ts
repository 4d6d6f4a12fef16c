import type { DBSchema, IDBPDatabase } from "idb";
import type { ImportedRun } from "./import_run";
import { storeError } from "./store_error";

/** The part of the database that holds runs read from files: nothing that could be trained on, only what is drawn. */
export interface ImportStores extends DBSchema {
  imports: { key: string; value: ImportedRun };
}

/** Runs that were brought along as files, in the browser's IndexedDB. */
export class ImportStore {
  private readonly database: IDBPDatabase<ImportStores>;

  constructor(database: IDBPDatabase<ImportStores>) {
    this.database = database;
  }

  list(): Promise<ImportedRun[]> {
    return this.database.getAll("imports");
  }

  async get(id: string): Promise<ImportedRun | null> {
    return (await this.database.get("imports", id)) ?? null;
  }

  /** Throws STORE_FULL or STORE_REFUSED. */
  async save(run: ImportedRun): Promise<void> {
    try {
      await this.database.put("imports", run);
    } catch (cause) {
      const lost = "Its curves stay until the tab is closed";
      throw storeError(cause, { full: `Delete old runs. ${lost}`, refused: lost });
    }
  }

  async delete(id: string): Promise<void> {
    await this.database.delete("imports", id);
  }
}
