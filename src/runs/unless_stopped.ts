/**
 * What `work` comes to between two phases, or null where `signal` stopped it, also before it began. Rejects with every error
 * that is not of the stopping.
 */
export async function unlessStopped<T>(
  exclusive: <R>(work: () => Promise<R>) => Promise<R>,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    const value = await exclusive(() => {
      signal.throwIfAborted();
      return work();
    });
    return signal.aborted ? null : value;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}
