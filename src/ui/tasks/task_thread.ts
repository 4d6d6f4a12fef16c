import { wrap, type Remote } from "comlink";
import type { TaskWork } from "./task_work";

let thread: Remote<TaskWork> | null = null;

/** The thread that reads and grades tasks; it starts, and its verifiers are loaded, when it is first asked. */
export function taskThread(): Remote<TaskWork> {
  thread ??= wrap<TaskWork>(new Worker(new URL("./tasks.worker.ts", import.meta.url), { type: "module" }));
  return thread;
}
