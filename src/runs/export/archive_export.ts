import { strToU8, zipSync } from "fflate";
import type { RunStore } from "../store";
import { openWorld, type RunTasks } from "../world";
import { exportFiles, type ExportFormat } from "./export_run";

/**
 * A stored run for another library, as one .zip file. `tasks` are those of a run on a task file. Throws RUN_MISSING and
 * what `openWorld` throws.
 */
export async function archiveExport(
  store: RunStore,
  id: string,
  format: ExportFormat,
  tasks?: RunTasks,
): Promise<Uint8Array<ArrayBuffer>> {
  const manifest = await store.manifest(id);
  const steps = await store.steps(id);
  const source = {
    ...{ manifest, world: openWorld(manifest.config, tasks) },
    metrics: steps.map(({ metrics }) => metrics),
    rollouts: steps.flatMap(({ rollouts }) => rollouts),
  };
  const files = [...exportFiles(source, format)].map(([name, text]) => [name, strToU8(text)] as const);
  return zipSync(Object.fromEntries(files), { level: 6 }) as Uint8Array<ArrayBuffer>;
}
