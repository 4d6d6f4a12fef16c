/** Runs work when a place is free. Rejects at once when `signal` aborts while it waits. */
export type Limiter = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** At most `limit` pieces of work at once, first come, first served. */
export function limiter(limit: number): Limiter {
  let running = 0;
  const waiting = new Set<() => void>();
  const leave = () => {
    const [next] = waiting;
    // A place that is handed on stays taken: nobody slips in between.
    if (!next) running--;
    else {
      waiting.delete(next);
      next();
    }
  };
  return async (work, signal) => {
    signal.throwIfAborted();
    if (running >= limit) await turn(waiting, signal);
    else running++;
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

function turn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = () => {
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const stop = () => {
      waiting.delete(go);
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", stop, { once: true });
    waiting.add(go);
  });
}
