interface Running<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/** Work in progress by key: whoever asks for the same joins it. It is aborted when the last who waits has left. */
export class InFlight<T> {
  private readonly running = new Map<string, Running<T>>();

  /** Starts the work of `key`, or joins it. Rejects when the work does, or at once when `signal` aborts. */
  async run(
    key: string,
    start: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<{ value: T; joined: boolean }> {
    signal?.throwIfAborted();
    const found = this.running.get(key);
    const work = found ?? this.begin(key, start);
    work.waiters++;
    try {
      return { value: await unlessAborted(work.promise, signal), joined: found !== undefined };
    } finally {
      if (--work.waiters === 0) {
        work.controller.abort(signal?.reason);
        if (this.running.get(key) === work) this.running.delete(key);
      }
    }
  }

  private begin(key: string, start: (signal: AbortSignal) => Promise<T>): Running<T> {
    const controller = new AbortController();
    const work = { promise: start(controller.signal), controller, waiters: 0 };
    this.running.set(key, work);
    // Nobody may be waiting any more when it fails.
    work.promise.catch(() => undefined);
    return work;
  }
}

/** The promise's outcome, or a rejection as soon as `signal` aborts. */
function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
