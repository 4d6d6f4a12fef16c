import type { FrozenModel, LoadProgress } from "./frozen_engine";
import type { MlcProgress, MlcRecord } from "./mlc";

/** The text models of WebLLM's list, those that need least memory first. */
export function frozenModels(records: readonly MlcRecord[]): FrozenModel[] {
  return records
    .filter(({ model_type }) => !model_type)
    .map(describe)
    .sort((a, b) => a.memoryMB - b.memoryMB || (a.id < b.id ? -1 : 1));
}

function describe(record: MlcRecord): FrozenModel {
  const features = new Set(record.required_features ?? []);
  // Most records of half-precision models do not name the feature that their shaders use.
  if (/-q\d+f16/.test(record.model_id)) features.add("shader-f16");
  return {
    id: record.model_id,
    memoryMB: record.vram_required_MB ?? 0,
    features: [...features],
    lowResource: record.low_resource_required ?? false,
    contextLength: record.overrides?.context_window_size ?? null,
    bufferBytes: record.buffer_size_required_bytes ?? 0,
  };
}

/** Where the model's files lie, as WebLLM completes the address of a repository. */
export function filesUrl({ model }: MlcRecord): string {
  const folder = model.endsWith("/") ? model : `${model}/`;
  return /\/resolve\/[^/]+\//.test(folder) ? folder : `${folder}resolve/main/`;
}

/** WebLLM says how far it is in English sentences; the numbers in them are what we want. */
export function readProgress({ progress, text }: MlcProgress): LoadProgress {
  const [, megabytes] = /(\d+)MB (?:fetched|loaded)/.exec(text) ?? [];
  const bytes = megabytes === undefined ? null : Number(megabytes) * (1 << 20);
  const share = Math.min(1, Math.max(0, progress || 0));
  if (/^Fetching|^Start to fetch/.test(text)) return { phase: "fetching", share, bytes };
  if (/^Loading model/.test(text)) return { phase: "loading", share, bytes };
  if (/^Loading GPU shader|^Finish/.test(text)) return { phase: "compiling", share, bytes: null };
  return { phase: "opening", share, bytes: null };
}
