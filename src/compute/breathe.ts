/** How long a thread computes before it lets messages in: a pause or an abort is noticed within this time. */
const breathMilliseconds = 30;

let lastBreath = 0;

/**
 * Lets the event loop turn if the thread has computed for a while, and throws if `signal` has aborted. Long
 * computations call it between their steps; calling it often costs nothing.
 */
export async function breathe(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (performance.now() - lastBreath < breathMilliseconds) return;
  await nextTurn();
  lastBreath = performance.now();
  signal?.throwIfAborted();
}

/** A message to oneself is the one task that browsers neither clamp to 4 ms nor slow down in hidden tabs. */
function nextTurn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
