/** The thread of the local model, and the only place that knows WebLLM: six megabytes that no page loads unasked. */
import { MLCEngine, prebuiltAppConfig } from "@mlc-ai/web-llm";
import { expose } from "comlink";
import { readDevice } from "../src/policy/frozen/device";
import { mlcFrozenEngine } from "../src/policy/frozen/mlc_engine";
import { serveFrozen, type FrozenThread } from "../src/policy/frozen/thread";

const engine = mlcFrozenEngine({
  engine: new MLCEngine({ appConfig: prebuiltAppConfig, logLevel: "SILENT" }),
  records: prebuiltAppConfig.model_list,
  // Pages that were not opened over https have none: then nothing is stored, and nothing can be loaded either.
  caches: { open: (name) => globalThis.caches.open(name) },
  device: () => readDevice(navigator, isSecureContext),
});

/** The engine's calls, and further ports to it: the training thread asks the same model as the page. */
export interface WebLlmWorker extends FrozenThread {
  connect(port: MessagePort): void;
}

expose({
  ...serveFrozen(engine),
  connect: (port: MessagePort) => expose(serveFrozen(engine), port),
} satisfies WebLlmWorker);
