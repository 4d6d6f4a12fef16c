/**
 * A queue for what must not overlap. A policy has one set of buffers, and cells compute at the same time; each one waits
 * for its turn.
 */
export function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
}
