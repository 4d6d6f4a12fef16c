import { expect, test, vi } from "vitest";
import { HerlError } from "../../errors";
import { Suspicion } from "./suspicion";

const failure = { completion: null, failure: "connection", what: "refused" } as const;
const signal = () => new AbortController().signal;

test("a failure waits for a sign from another call: an answer lets it go, an end of everything ends it too", async () => {
  const suspicion = new Suspicion();
  const alone = vi.fn();
  let answer = () => {};
  const other = suspicion.during(() => new Promise<void>((resolve) => (answer = resolve)), alone);
  const failed = () => suspicion.during(() => suspicion.wait(failure, signal(), alone), alone);

  const first = failed();
  expect(alone).not.toHaveBeenCalled();
  suspicion.release();
  expect(await first).toBe(failure);

  const second = failed();
  const down = new HerlError("JUDGE_DOWN", "It is down", "Start it");
  suspicion.reject(down);
  await expect(second).rejects.toBe(down);

  const third = failed();
  answer();
  await other;
  expect(alone).toHaveBeenCalledOnce();
  suspicion.release();
  await third;
});

test("one that is left alone is told so at once, and an abort ends the waiting", async () => {
  const suspicion = new Suspicion();
  const alone = vi.fn();
  const abort = new AbortController();
  const waiting = suspicion.during(() => suspicion.wait(failure, abort.signal, alone), alone);
  expect(alone).toHaveBeenCalledOnce();
  expect(suspicion.isOfConnection).toBe(true);
  abort.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  expect(suspicion.isOfConnection).toBe(false);
});
