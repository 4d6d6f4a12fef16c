import { breathe } from "../../compute/breathe";
import type { Tensor, Weight } from "../../kernels/tensor";
import { decoderForward } from "../llama/decoder";
import type { CacheSlots, ModelContext } from "../llama/pass";
import type { SampleOptions, SampleRequest } from "../policy";
import type { SamplerModel, Sequence } from "./sequence";

/** The keys and values of a wave, per layer. */
function cacheTensors(
  { workspace, config }: ModelContext,
  rows: number,
  kind: SampleOptions["cache"],
): Omit<CacheSlots, "slots"> {
  const width = config.kvHeads * config.headDim;
  const layers = Array.from({ length: config.layers }, (_, layer) => layer);
  const kept = (name: string): Weight => {
    if (kind !== "q8" || width % 32 !== 0) return workspace.tensor(name, rows, width);
    return {
      ...{ rows, cols: width, bits: 8, zero: 0, group: 32, offsets: null },
      words: workspace.tensor(`${name} integers`, rows, width / 4, "u32"),
      scales: workspace.tensor(`${name} scales`, rows, width / 32),
    };
  };
  return {
    keys: layers.map((layer) => kept(`cache keys ${layer}`)),
    values: layers.map((layer) => kept(`cache values ${layer}`)),
    all:
      kind === "q8"
        ? workspace.filled(
            "cache rows",
            Uint32Array.from({ length: rows }, (_, i) => i),
          )
        : undefined,
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
  { cache, signal }: Pick<SampleOptions, "cache" | "signal">,
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
      cache: {
        ...cacheTensors(model.context, cacheRows, cache),
        slots: workspace.filled("cache slots", Uint32Array.from(slots)),
      },
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
  kind: SampleOptions["cache"],
): Tensor {
  const { workspace } = model.context;
  const at = position - 1;
  // Steps of one run have tensors of their own: writing the next one's need not wait for the last one's commands.
  const turn = position % model.stepsPerRead;
  const filled = (name: string, values: number[], cols = 1) =>
    workspace.filled(`decode ${name} ${turn}`, Uint32Array.from(values), cols);
  const slots = filled(
    "slots",
    sequences.map((s) => s.branchStart + at),
  );
  const cache = { ...cacheTensors(model.context, cacheRows, kind), slots };
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
