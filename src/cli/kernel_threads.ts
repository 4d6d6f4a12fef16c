import { fileURLToPath } from "node:url";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { serveThread, type ThreadStart, type ThreadStarter } from "../kernels/threads";

/** The first argument of a thread that helps the cpu backend: no command that a user gives. */
export const kernelThreadArgument = "kernel-thread";

/** Helpers as threads of this process; they keep nobody from ending it. */
export const nodeThreads = (helpers: number): ThreadStarter => ({
  helpers,
  start: (start) =>
    new Promise((resolve, reject) => {
      const program = fileURLToPath(import.meta.url);
      const worker = new Worker(program, { argv: [kernelThreadArgument], workerData: start });
      worker.once("error", reject);
      worker.once("message", () => {
        worker.unref();
        resolve({ terminate: () => void worker.terminate() });
      });
    }),
});

/** The program of such a thread. */
export const serveKernels = (): void =>
  serveThread(workerData as ThreadStart, () => parentPort!.postMessage("ready"));
