import { openWebLlm, type WebLlm } from "../../policy/frozen/webllm_engine";

/** Starts the thread of the local model. Its program, six megabytes, is fetched now and not before. */
export function startWebLlm(): WebLlm {
  return openWebLlm(
    new Worker(new URL("../../../workers/webllm.worker.ts", import.meta.url), { type: "module" }),
  );
}
