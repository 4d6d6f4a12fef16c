import type { Indices } from "../../compute/backend";
import { breathe } from "../../compute/breathe";
import type { Tensor } from "../../kernels/tensor";
import { decoderForward } from "../llama/decoder";
import type { CacheSlots, ModelContext } from "../llama/pass";
import type { SampleRequest } from "../policy";
import type { SamplerModel, Sequence } from "./sequence";

function cacheSlots(context: ModelContext, cacheRows: number, slots: Indices): CacheSlots {
  const { workspace, config } = context;
  const width = config.kvHeads * config.headDim;
  const layers = Array.from({ length: config.layers }, (_, layer) => layer);
  return {
    keys: layers.map((layer) => workspace.tensor(`cache keys ${layer}`, cacheRows, width)),
    values: layers.map((layer) => workspace.tensor(`cache values ${layer}`, cacheRows, width)),
    slots: workspace.filled("cache slots", slots),
  };
}

/**
 * Computes every prompt of the wave into the cache, once, and returns the hidden rows [sequences, dim] from which
 * the first tokens are drawn.
 */
export async function prefill(
  model: SamplerModel,
  requests: readonly SampleRequest[],
  wave: readonly Sequence[],
  cacheRows: number,
  signal?: AbortSignal,
): Promise<Tensor> {
  const { backend, workspace, config } = model.context;
  const prompts = [...new Map(wave.map((sequence) => [sequence.request, sequence])).values()];
  const lastRows = workspace.tensor("prompt ends", prompts.length, config.dim);
  let done = 0;
  while (done < prompts.length) {
    await breathe(signal);
    const [tokens, positions, ranges, slots, ends]: number[][] = [[], [], [], [], []];
    const first = done;
    do {
      const { request, promptStart } = prompts[done++];
      for (const [i, token] of requests[request].prompt.entries()) {
        tokens.push(token);
        positions.push(i);
        ranges.push(promptStart, promptStart, promptStart, promptStart + i + 1);
        slots.push(promptStart + i);
      }
      ends.push(tokens.length - 1);
    } while (
      done < prompts.length &&
      tokens.length + requests[prompts[done].request].prompt.length <= model.maxRows
    );
    const pass = {
      ...model.context,
      rows: {
        count: tokens.length,
        tokens: workspace.filled("tokens", Uint32Array.from(tokens)),
        positions: workspace.filled("positions", Uint32Array.from(positions)),
        ranges: workspace.filled("ranges", Uint32Array.from(ranges), 4),
      },
      cache: cacheSlots(model.context, cacheRows, Uint32Array.from(slots)),
    };
    const stream = decoderForward(pass, model.decoder);
    const rows = workspace.tensor("prompt ends of a batch", ends.length, config.dim);
    backend.kernels.gather({
      table: stream,
      rows: workspace.filled("ends", Uint32Array.from(ends)),
      out: rows,
    });
    backend.copy(rows, lastRows, first);
  }
  const order = new Map(prompts.map(({ request }, i) => [request, i]));
  const rows = Uint32Array.from(wave, ({ request }) => order.get(request)!);
  const hidden = workspace.tensor("hidden", wave.length, config.dim);
  backend.kernels.gather({ table: lastRows, rows: workspace.filled("ends", rows), out: hidden });
  return hidden;
}

/** Runs each sequence's token at `position − 1` and returns the hidden rows that predict the one at `position`. */
export function decodeStep(
  model: SamplerModel,
  sequences: readonly Sequence[],
  position: number,
  cacheRows: number,
  previous: Tensor | null,
): Tensor {
  const { workspace } = model.context;
  const at = position - 1;
  const filled = (name: string, values: number[], cols = 1) =>
    workspace.filled(`decode ${name}`, Uint32Array.from(values), cols);
  const cache = cacheSlots(
    model.context,
    cacheRows,
    Uint32Array.from(sequences, (s) => s.branchStart + at),
  );
  const rows = {
    count: sequences.length,
    tokens:
      previous ??
      filled(
        "tokens",
        sequences.map((s) => s.ids[at]),
      ),
    positions: filled(
      "positions",
      sequences.map((s) => s.promptEnd - s.promptStart + at),
    ),
    ranges: filled(
      "ranges",
      sequences.flatMap((s) => [s.promptStart, s.promptEnd, s.branchStart, s.branchStart + at + 1]),
      4,
    ),
  };
  return decoderForward({ ...model.context, rows, cache }, model.decoder);
}
