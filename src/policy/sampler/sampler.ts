import { breathe } from "../../compute/breathe";
import { HerlError } from "../../errors";
import { deriveKey } from "../../kernels/random/random";
import type { Rollout, SampleOptions, SampleRequest } from "../policy";
import { Drawn } from "./drawn";
import type { SamplerModel, Sequence } from "./sequence";
import { decodeStep, prefill } from "./steps";

/**
 * Samples all requests in waves: prompts are computed once each, then all responses advance together, one token a
 * step, with keys and values cached. Finished ones drop out. A response depends on its request's key alone.
 */
export async function sampleRequests(
  model: SamplerModel,
  requests: readonly SampleRequest[],
  options: SampleOptions,
): Promise<Rollout[][]> {
  const results: Rollout[][] = requests.map(() => []);
  for (const wave of waves(model, requests, options)) {
    await sampleWave(model, requests, wave, options);
    for (const { request, sample, ids, logprobs, entropies, finish } of wave) {
      results[request][sample] = {
        ids,
        logprobs: Float32Array.from(logprobs),
        entropies: Float32Array.from(entropies),
        finish: finish!,
      };
    }
  }
  return results;
}

/** Cuts the work into waves of at most `maxSequences` and lays out each wave's cache: prompts, then branches. */
function* waves(
  model: SamplerModel,
  requests: readonly SampleRequest[],
  { maxNewTokens }: SampleOptions,
): Generator<Sequence[]> {
  const all = requests.flatMap(({ samples }, request) =>
    Array.from({ length: samples }, (_, sample) => ({ request, sample })),
  );
  for (let first = 0; first < all.length; first += model.maxSequences) {
    const wave = all.slice(first, first + model.maxSequences);
    const promptStarts = new Map<number, number>();
    let end = 0;
    for (const { request } of wave) {
      if (promptStarts.has(request)) continue;
      promptStarts.set(request, end);
      end += requests[request].prompt.length;
    }
    yield wave.map(({ request, sample }) => {
      const { prompt, key } = requests[request];
      const maxTokens = Math.min(maxNewTokens, model.contextLength - prompt.length);
      if (maxTokens < 1 || prompt.length === 0) throw noRoom(prompt.length, model.contextLength);
      const promptStart = promptStarts.get(request)!;
      const branchStart = end;
      end += maxTokens;
      return {
        ...{ request, sample, promptStart, branchStart, maxTokens },
        key: deriveKey(key, sample),
        promptEnd: promptStart + prompt.length,
        ids: [],
        logprobs: [],
        entropies: [],
        finish: null,
      };
    });
  }
}

function noRoom(promptLength: number, contextLength: number): HerlError {
  return promptLength === 0
    ? new HerlError("CONTEXT_TOO_LONG", "The prompt is empty", "Write an instruction")
    : new HerlError(
        "CONTEXT_TOO_LONG",
        `The prompt takes ${promptLength} of ${contextLength} tokens and leaves no room for a response`,
        "Shorten the instruction, or raise the context length",
      );
}

async function sampleWave(
  model: SamplerModel,
  requests: readonly SampleRequest[],
  wave: readonly Sequence[],
  options: SampleOptions,
): Promise<void> {
  const cacheRows = wave[wave.length - 1].branchStart + wave[wave.length - 1].maxTokens;
  let hidden = await prefill(model, requests, wave, cacheRows, options);
  let active = wave;
  for (let step = 0; active.length > 0;) {
    // The first tokens come from the prompts' last rows; later ones in runs of steps without a readback.
    const steps = step === 0 ? 1 : Math.min(model.stepsPerRead, ...active.map((s) => s.maxTokens - step));
    const drawn = new Drawn(model, active.length, steps);
    for (let i = 0; i < steps; i++) {
      await breathe(options.signal);
      if (step + i > 0)
        hidden = decodeStep(
          model,
          active,
          step + i,
          cacheRows,
          i === 0 ? null : drawn.ids(i - 1),
          options.cache,
        );
      drawn.sample(hidden, i, active, step + i, options);
    }
    await drawn.deliver(active, model.endIds, options);
    step += steps;
    active = active.filter((sequence) => sequence.finish === null);
  }
}
