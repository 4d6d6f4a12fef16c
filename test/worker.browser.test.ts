/** The training thread as the page uses it: a worker, commands by Comlink, events by a port. */
import { transfer, wrap } from "comlink";
import { expect, test } from "vitest";
import type { RunEvent } from "../src/runs/protocol";
import type { TrainerWorker } from "../workers/trainer.worker";
import { smallConfig } from "./pocket";

test("trains in a worker and leaves the page's thread alone", async () => {
  const worker = new Worker(new URL("../workers/trainer.worker.ts", import.meta.url), { type: "module" });
  const trainer = wrap<TrainerWorker>(worker);
  const events: RunEvent[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<RunEvent>) => void events.push(data);
  await trainer.connect(transfer(port2, [port2]), `${location.origin}/`);
  const longest = longestTask();
  await trainer.open({ config: smallConfig(), backend: "cpu" });
  await trainer.play();
  await expect
    .poll(() => events.filter(({ type }) => type === "metrics").length, { timeout: 60_000 })
    .toBeGreaterThan(2);
  await trainer.pause();
  const [{ id }] = await trainer.listRuns();
  expect((await trainer.exportRun(id)).length).toBeGreaterThan(10_000);
  expect(longest.stop()).toBeLessThan(50);
  // What goes wrong with a command arrives with its code and its cure.
  await expect(trainer.deleteRun(id)).rejects.toMatchObject({
    code: "RUN_LOCKED",
    cure: "Open another one first",
  });
  worker.terminate();
  expect(events.filter(({ type }) => type === "failed")).toEqual([]);
}, 90_000);

/** Watches for tasks over 50 ms on this thread. */
function longestTask() {
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ type: "longtask" });
  return {
    stop() {
      observer.disconnect();
      return longest;
    },
  };
}
