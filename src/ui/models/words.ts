/** What the page says of a model before anybody waits for it. */
import type { BackendName } from "../../compute/backend";
import { count, decimal } from "../../figures/format";
import type { MemoryEstimate } from "../../policy/memory_estimate";
import type { ModelDescription } from "../../runs/models/describe_model";
import type { DownloadProgress } from "../../runs/models/download";
import { size } from "../text/size";

/** "12 s", "4 min", "2.5 h". */
export function duration(seconds: number): string {
  if (seconds < 99.5) return `${count(Math.max(1, seconds))} s`;
  return seconds < 5970 ? `${count(seconds / 60)} min` : `${decimal(seconds / 3600, 1)} h`;
}

/** How far a file has arrived. */
export function arrivalWords(progress: DownloadProgress | null): string {
  if (progress === null) return "Asking for it";
  const { received, size: whole, bytesPerSecond, secondsLeft } = progress;
  if (whole !== null && received >= whole) return "Checking its SHA-256";
  const of = whole === null ? "" : ` of ${size(whole)}`;
  const left = secondsLeft === null || secondsLeft === Infinity ? "" : `, ${duration(secondsLeft)} left`;
  return `${size(received)}${of}, ${decimal(bytesPerSecond / 1e6, 1)} MB a second${left}`;
}

/** "135 million". */
export const parameterWords = (parameters: number): string =>
  parameters < 999.5e6
    ? `${parameters < 9.95e6 ? decimal(parameters / 1e6, 1) : count(parameters / 1e6)} million`
    : `${decimal(parameters / 1e9, 1)} billion`;

/** Architecture, size and types, in one line. */
export function shapeWords({ config, parameters, types }: ModelDescription): string {
  const { architecture, layers, dim, vocab, contextLength } = config;
  const kinds = types.map(({ type }) => type).join(", ");
  return `${architecture}, ${parameterWords(parameters)} parameters in ${kinds}; ${layers} layers, width ${dim}, vocabulary of ${count(vocab)}, context of ${count(contextLength)} tokens`;
}

/** What a run with the present settings takes of memory, part by part. */
export function memoryWords({ weights, cache, parameters, activations, total }: MemoryEstimate): string {
  return `About ${size(total)} of memory with these settings: weights ${size(weights)}, keys and values ${size(cache)}, what is trained ${size(parameters)}, activations ${size(activations)}`;
}

/** Most that the memory of a WebAssembly module can grow to. */
const wasmBytes = 2 ** 32;

/** Why a run on a model cannot be expected to work here, with what to do; null where nothing speaks against it. */
export function memoryAdvice(
  { total }: MemoryEstimate,
  backend: BackendName,
  deviceBytes: number | null,
): string | null {
  const cure = "Take fewer or shorter responses, or a smaller model";
  const recompute = "; training.recompute saves most of the activations";
  if (backend === "cpu" && total > wasmBytes)
    return `That is more than the ${size(wasmBytes)} that WebAssembly can address. ${cure}${recompute}.`;
  if (deviceBytes !== null && total > deviceBytes / 2)
    return `That is more than half of this device's memory (${size(deviceBytes)} or more, as the browser says). ${cure}${recompute}.`;
  return null;
}

/** How long an update may take at the speed that was measured when the page opened. */
export const paceWords = (flops: number, gflops: number, backend: BackendName): string =>
  `An update computes ${decimal(flops / 1e12, 1)} TFLOP if every response is as long as it may be: at least ${duration(flops / (gflops * 1e9))} on ${backend} here`;
