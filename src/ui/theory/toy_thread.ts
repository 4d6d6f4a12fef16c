import { wrap, type Remote } from "comlink";
import type { ToyThread } from "./toy.worker";

/** The thread that runs the toy, and how to end it. */
export interface OpenedThread {
  readonly toy: Remote<ToyThread>;
  close(): void;
}

/** Starts it; `onCrash` is told if it cannot run. */
export function openToyThread(onCrash: (message: string) => void): OpenedThread {
  const worker = new Worker(new URL("./toy.worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("error", ({ message }) =>
    onCrash(message || "The toy's thread could not be started"),
  );
  return { toy: wrap<ToyThread>(worker), close: () => worker.terminate() };
}
