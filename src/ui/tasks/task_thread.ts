import { wrap, type Remote } from "comlink";
import type { TaskWork } from "./task_work";

let thread: Remote<TaskWork> | null = null;
let tell: (message: string) => void = () => {};

/** The thread that reads and grades tasks; it starts, and its verifiers are loaded, when it is first asked. */
export function taskThread(): Remote<TaskWork> {
  if (thread) return thread;
  const worker = new Worker(new URL("./tasks.worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("error", ({ message }) => {
    // The next question starts another.
    thread = null;
    tell(message || "the thread that reads them could not be started");
  });
  return (thread = wrap<TaskWork>(worker));
}

/** Who is told when the thread fails: its answers then never come. */
export const whenThreadFails = (listener: (message: string) => void): void => void (tell = listener);
