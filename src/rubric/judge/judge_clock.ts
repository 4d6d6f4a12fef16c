/** Time and chance, as far as waiting needs them; tests bring their own. */
export interface JudgeClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `milliseconds`; rejects at once when `signal` aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** In [0, 1). Decides when a call is sent again, never what it says. */
  random(): number;
}

export const systemClock: JudgeClock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", stop);
        resolve();
      }, milliseconds);
      signal.addEventListener("abort", stop, { once: true });
    }),
  random: () => crypto.getRandomValues(new Uint32Array(1))[0] / 0x100000000,
};
