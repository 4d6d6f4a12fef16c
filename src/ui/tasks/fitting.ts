import type { Task } from "../../rubric/schema";
import type { TaskFit } from "../../runs/task_commands";

/** The tasks that the model can take. */
export function fitting(tasks: readonly Task[], { misfits }: TaskFit): Task[] {
  const tooLong = new Set(misfits.map(({ id }) => id));
  return tasks.filter(({ id }) => !tooLong.has(id));
}

/** The present moment, ISO 8601. */
export const now = (): string => new Date().toISOString();
