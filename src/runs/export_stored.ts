import { HerlError } from "../errors";
import type { ExportFormat } from "./export/export_run";
import type { RunOpener } from "./open_run";
import type { RunStore } from "./store";

/**
 * A stored run as one .zip file: its folder, or what another library reads. Throws STORE_REFUSED where nothing is stored,
 * and RUN_MISSING.
 */
export async function exportStored(
  store: RunStore | null,
  opener: RunOpener,
  id: string,
  format?: ExportFormat,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!store) {
    throw new HerlError("STORE_REFUSED", "Nothing is stored in this browser", "Allow the page to store data");
  }
  const { config, model } = await store.manifest(id);
  if (format) {
    const { archiveExport } = await import("./export/archive_export");
    return archiveExport(store, id, format, await opener.tasksOf(config));
  }
  const { archiveRun } = await import("./archive");
  return archiveRun(store, id, (await opener.model(config.model, model.sha256)).config);
}
