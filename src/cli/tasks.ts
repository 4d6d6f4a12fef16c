import type { Task } from "../rubric/schema";
import { englishRegistry, type VerifierRegistry } from "../rubric/verifiers/registry";
import type { RunConfig } from "../runs/config";
import { withSettings } from "../runs/settings";
import type { RunTasks } from "../runs/world";
import { parseTaskFile } from "../worlds/task_file";
import { hashTaskLines, taskLines } from "../worlds/task_lines";
import { readText } from "./files";
import type { RunFolder } from "./run_folder";

/** Every verifier there is. */
export const fullRegistry = (): Promise<VerifierRegistry> => Promise.resolve(englishRegistry);

/** The tasks of a file, and the registry that grades them. Throws what `parseTaskFile` throws. */
export async function readTasks(path: string): Promise<{ tasks: Task[]; registry: VerifierRegistry }> {
  const registry = await fullRegistry();
  return { tasks: parseTaskFile(readText(path), registry), registry };
}

/** A configuration that trains on `tasks`, and the tasks as its run keeps them. */
export function onTasks(
  config: RunConfig,
  { tasks, registry }: { readonly tasks: readonly Task[]; readonly registry: VerifierRegistry },
): { config: RunConfig; tasks: RunTasks } {
  const lines = taskLines(tasks);
  const settings = [
    ["world.source", "file"],
    ["world.tasks", hashTaskLines(lines)],
  ] as const;
  return { config: withSettings(config, settings), tasks: { lines, registry } };
}

/** The tasks that a run folder keeps; undefined for a run that has none. */
export async function tasksOf(folder: RunFolder): Promise<RunTasks | undefined> {
  const lines = folder.readTasks();
  return lines === null ? undefined : { lines, registry: await fullRegistry() };
}
