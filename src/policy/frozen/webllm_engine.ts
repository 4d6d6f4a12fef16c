import { transfer, wrap, type Endpoint } from "comlink";
import { HerlError } from "../../errors";
import type { FrozenEngine } from "./frozen_engine";
import { frozenClient, type FrozenThread } from "./thread";

/** A worker as this needs it: the page starts it, since only the page knows where its file is. */
export interface StartedThread extends Endpoint {
  terminate(): void;
}

export interface WebLlm {
  readonly engine: FrozenEngine;
  /** A port to the same model for another thread, which makes an engine of it by `frozenClient(wrap(port))`. */
  port(): Promise<MessagePort>;
  /** Ends the thread and frees everything that it holds. */
  close(): void;
}

/** WebLLM in a thread of its own. A thread that cannot run rejects every call with WEBLLM_FAILED. */
export function openWebLlm(worker: StartedThread): WebLlm {
  let crash: (error: HerlError) => void = () => {};
  const crashed = new Promise<never>((_, reject) => (crash = reject));
  const lost = (what: string, cure: string) => crash(new HerlError("WEBLLM_FAILED", what, cure));
  worker.addEventListener("error", (event) => {
    const { message } = event as ErrorEvent;
    lost(
      message
        ? `The local model's thread failed: ${message}`
        : "The local model's program could not be loaded",
      "Check the connection and reload the page",
    );
  });
  const thread = wrap<FrozenThread & { connect(port: MessagePort): void }>(worker);
  return {
    engine: frozenClient(thread, crashed),
    async port() {
      const { port1, port2 } = new MessageChannel();
      await Promise.race([thread.connect(transfer(port2, [port2])), crashed]);
      return port1;
    },
    close() {
      worker.terminate();
      lost("The local model's thread was closed", "Open it again");
    },
  };
}
