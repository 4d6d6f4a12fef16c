import type { ThreadStarter } from "../kernels/threads";

/** More help little: products become too small to share. */
const mostHelpers = 7;

/**
 * Helpers of the cpu backend in a browser: as many as there are processors beside this thread's. Undefined where memory
 * cannot be shared: on pages that are not isolated from other origins (they need two headers of the server), and on
 * machines with one processor.
 */
export function browserThreads(startWorker: () => Worker): ThreadStarter | undefined {
  const helpers = Math.min(mostHelpers, (navigator.hardwareConcurrency ?? 1) - 1);
  if (!globalThis.crossOriginIsolated || helpers < 1) return undefined;
  return {
    helpers,
    start: (start) =>
      new Promise((resolve, reject) => {
        const worker = startWorker();
        worker.addEventListener("error", ({ message }) =>
          reject(new Error(`a thread of the cpu backend could not be started: ${message}`)),
        );
        worker.addEventListener("message", () => resolve({ terminate: () => worker.terminate() }));
        worker.postMessage(start);
      }),
  };
}
