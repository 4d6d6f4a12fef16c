/** Sizes, speed and progress of a download, in words. */
import { count, decimal, percent } from "../../figures/format";
import type { FrozenDevice, FrozenModel, LoadProgress } from "../../policy/frozen/frozen_engine";
import { size } from "../text/size";

/** What a model takes and needs, in one line. */
export function modelWords(model: FrozenModel): string {
  const context = model.contextLength === null ? [] : [`context of ${count(model.contextLength)} tokens`];
  const needs = model.features.length > 0 ? [`needs ${model.features.join(" and ")}`] : [];
  return [`${size(model.memoryMB * 1e6)} of graphics memory`, ...context, ...needs].join(", ");
}

/** What the device offers, in one sentence. */
export function deviceWords(device: FrozenDevice): string {
  const half = device.features.includes("shader-f16") ? "with" : "without";
  const room = device.freeBytes === null ? "" : ` About ${size(device.freeBytes)} may be stored here.`;
  return `There is a graphics adapter, ${half} shader-f16.${room}`;
}

/** Where loading stands. `speed` is in bytes a second, null while there is too little to tell. */
export function progressWords(progress: LoadProgress | null, speed: number | null): string {
  if (progress === null || progress.phase === "opening") return "Fetching the model's program and settings";
  const { phase, share, bytes } = progress;
  if (phase === "compiling") return `Compiling its shaders: ${percent(share)}`;
  if (phase === "loading") return `Moving its weights into graphics memory: ${percent(share)}`;
  if (bytes === null || share === 0) return "Fetching its weights, in parts of some 30 MB";
  const rate = speed === null ? "" : `, ${decimal(speed / 1e6, 1)} MB a second`;
  return `Fetching its weights: ${size(bytes)} of about ${size(bytes / share)}${rate}`;
}

/** Bytes a second over the last seconds. */
export class Speedometer {
  private marks: { readonly at: number; readonly bytes: number }[] = [];

  /** Takes note of `bytes` in all at `at` milliseconds. Null until something has arrived since the first note. */
  note(bytes: number, at: number): number | null {
    this.marks = [...this.marks.filter((mark) => at - mark.at <= 20_000), { at, bytes }];
    const [first] = this.marks;
    return bytes > first.bytes && at > first.at ? (1000 * (bytes - first.bytes)) / (at - first.at) : null;
  }
}
