import { wrap } from "comlink";
import { HerlError } from "../errors";
import { frozenClient, type FrozenThread } from "../policy/frozen/thread";
import type { AskedEngine } from "../rubric/judge/local_judge";

const nothingLoaded: AskedEngine = {
  loaded: () => Promise.resolve(null),
  chat: () =>
    Promise.reject(new HerlError("WEBLLM_MODEL", "No local model is loaded", "Load one under Local models")),
};

/** The local model behind a port to its thread; without a port none is loaded. */
export const localEngine = (port: MessagePort | null): AskedEngine =>
  port ? frozenClient(wrap<FrozenThread>(port)) : nothingLoaded;
