import { HerlError } from "../../errors";

/** WebLLM's errors (classes with names, strings, and what the browser throws below it) as ours. */
export function herlErrorOf(error: unknown, model: string): HerlError {
  if (error instanceof HerlError) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  const said = error instanceof Error || error instanceof DOMException ? error.message : String(error);
  const make = (code: HerlError["code"], what: string, cure: string) =>
    new HerlError(code, what, cure, { cause: error });
  if (name === "ModelNotFoundError") return unknownModel(model);
  // The engine lets a model go when its device is lost, and says so at the next request only.
  if (/^(DeviceLost|ModelNotLoaded|SpecifiedModelNotFound)/.test(name))
    return make(
      "DEVICE_LOST",
      `${model} was let go: the graphics device was lost (a driver reset, sleep, or too little memory)`,
      "Load it again, or choose a smaller model",
    );
  if (name === "ContextWindowSizeExceededError")
    return make("CONTEXT_TOO_LONG", `The prompt does not fit the context of ${model}`, "Shorten the prompt");
  if (/^(ShaderF16Support|FeatureSupport|WebGPUNot)/.test(name) || /compatible GPU/.test(said))
    return make(
      "WEBLLM_UNAVAILABLE",
      `The graphics adapter cannot run ${model}: ${said}`,
      "Choose another model, or a judge over HTTP",
    );
  if (name === "QuotaExceededError" || /quota/i.test(said))
    return make(
      "STORE_FULL",
      `The browser has no room left for the files of ${model}`,
      "Delete stored models or runs, or free space on the disk",
    );
  if (name === "NetworkError" || (name === "TypeError" && /fetch|network|Cache/i.test(said)))
    return make(
      "WEBLLM_DOWNLOAD",
      `The files of ${model} could not be fetched`,
      "Check the connection and start again: what has arrived is kept",
    );
  return make(
    "WEBLLM_FAILED",
    `${model} failed: ${said}`,
    "Load it again; if it fails again, choose another model",
  );
}

export const unknownModel = (model: string): HerlError =>
  new HerlError("WEBLLM_MODEL", `There is no local model called ${model}`, "Choose one of the list");

export const nothingLoaded = (): HerlError =>
  new HerlError("WEBLLM_MODEL", "No local model is loaded", "Load one under Local models");

export const noDistributions = (model: string): HerlError =>
  new HerlError(
    "WEBLLM_MODEL",
    `${model} was loaded without next-token distributions`,
    "Load it again with distributions",
  );
