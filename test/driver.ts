/** A driver as the page has one, on a store of each test's own; everything that it says is kept. */
import { afterEach, beforeEach, expect } from "vitest";
import { Driver } from "../src/runs/driver";
import type { RunEnvironment } from "../src/runs/open_run";
import type { OpenRequest, RunEvent } from "../src/runs/protocol";
import { RunStore } from "../src/runs/store";
import { pocketBytes, smallConfig } from "./pocket";

export const config = smallConfig();
export const bytes = await pocketBytes();
export const locked = new Set<string>();

let store: RunStore;
let events: RunEvent[];
beforeEach(async () => {
  store = await RunStore.open(`driver-${Date.now()}-${Math.random()}`);
  events = [];
});
afterEach(() => locked.clear());

export function openDriver(changes: Partial<RunEnvironment> = {}): Driver {
  return new Driver({
    gpu: navigator.gpu,
    emit: (event) => void events.push(structuredClone(event)),
    store: Promise.resolve(store),
    loadModel: () => Promise.resolve(bytes),
    lock(id) {
      if (locked.has(id)) return Promise.resolve(null);
      locked.add(id);
      return Promise.resolve(() => void locked.delete(id));
    },
    ...changes,
  });
}

export const cpu: OpenRequest = { config, backend: "cpu" };
/** Forgets what was said so far. */
export const forget = (): void => void (events = []);
export const eventCount = (): number => events.length;
export const eventsOf = <Type extends RunEvent["type"]>(type: Type) =>
  events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
export const phases = () => eventsOf("step").map(({ view }) => `${view.step} ${view.phase}`);
export const lastStatus = () => eventsOf("status").at(-1)?.status;
export const until = (condition: () => boolean, timeout = 60_000) =>
  expect.poll(condition, { timeout, interval: 20 }).toBe(true);
export const paused = () => until(() => lastStatus() === "paused" && phases().length > 0);
