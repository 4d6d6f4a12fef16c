import { transfer, wrap, type Remote } from "comlink";
import type { RunEvent } from "../runs/protocol";
import type { TrainerWorker } from "../../workers/trainer.worker";

/** The thread that trains. Every command is asynchronous; what comes of it arrives as events. */
export type Trainer = Remote<TrainerWorker>;

/** Starts the thread. `onEvent` hears its events in order; `onCrash` is told if the thread itself cannot run. */
export function startTrainer(
  onEvent: (event: RunEvent) => void,
  onCrash: (message: string) => void,
): Trainer {
  const worker = new Worker(new URL("../../workers/trainer.worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("error", ({ message }) =>
    onCrash(message || "The training thread could not be started"),
  );
  const trainer = wrap<TrainerWorker>(worker);
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", ({ data }: MessageEvent<RunEvent>) => onEvent(data));
  port1.start();
  void trainer.connect(transfer(port2, [port2]), document.baseURI);
  return trainer;
}
