import type { Backend } from "../../compute/backend";
import type { Tensor } from "../../kernels/tensor";
import { headLogits } from "../llama/head";
import type { SampleOptions } from "../policy";
import type { SamplerModel, Sequence } from "./sequence";

/** Columns of per-step arrays start at multiples of 64 numbers, as webgpu views must. */
const aligned = (count: number) => Math.ceil(count / 64) * 64;

/** Tokens of a run of steps: drawn on the device, read once. */
export class Drawn {
  private readonly model: SamplerModel;
  private readonly count: number;
  private readonly stride: number;
  private readonly steps: number;
  private readonly tensors: { ids: Tensor; logprobs: Tensor; entropies: Tensor };
  private readonly backend: Backend;

  constructor(model: SamplerModel, count: number, steps: number) {
    const { backend, workspace } = model.context;
    this.model = model;
    this.backend = backend;
    this.count = count;
    this.steps = steps;
    this.stride = aligned(count);
    const column = (name: string, dtype: "f32" | "u32") =>
      workspace.tensor(name, this.stride * steps, 1, dtype);
    this.tensors = {
      ids: column("drawn ids", "u32"),
      logprobs: column("drawn logprobs", "f32"),
      entropies: column("drawn entropies", "f32"),
    };
  }

  /** The tokens of step `i` of this run, still on the device. */
  ids(i: number): Tensor {
    return this.tensors.ids.slice(i * this.stride, this.count);
  }

  /** Records the draw of step `i` from the hidden rows of the sequences. `position` counts response tokens. */
  sample(
    hidden: Tensor,
    i: number,
    sequences: readonly Sequence[],
    position: number,
    { temperature, truncation }: Pick<SampleOptions, "temperature" | "truncation">,
  ): void {
    const { context } = this.model;
    const greedy = temperature === 0;
    const logits = headLogits(context, this.model.decoder, hidden, greedy ? 1 : temperature);
    if (truncation && !greedy) context.backend.kernels.truncate({ logits, ...truncation });
    const draws = Uint32Array.from(sequences.flatMap(({ key }) => [key[0], key[1], position, 0]));
    const column = (tensor: Tensor) => tensor.slice(i * this.stride, this.count);
    context.backend.kernels.sample({
      ...{ logits, greedy },
      draws: context.workspace.filled(`draws ${i}`, draws, 4),
      ids: column(this.tensors.ids),
      logprobs: column(this.tensors.logprobs),
      entropies: column(this.tensors.entropies),
    });
  }

  /** Reads the run and hands its tokens to the sequences; what follows an end token is dropped. */
  async deliver(
    sequences: readonly Sequence[],
    endIds: ReadonlySet<number>,
    { onToken, isStopped }: Pick<SampleOptions, "onToken" | "isStopped">,
  ): Promise<void> {
    const [ids, logprobs, entropies] = await Promise.all([
      this.backend.readIndices(this.tensors.ids),
      this.backend.read(this.tensors.logprobs),
      this.backend.read(this.tensors.entropies),
    ]);
    for (let i = 0; i < this.steps; i++) {
      sequences.forEach((sequence, row) => {
        if (sequence.finish) return;
        const at = i * this.stride + row;
        sequence.ids.push(ids[at]);
        sequence.logprobs.push(logprobs[at]);
        sequence.entropies.push(entropies[at]);
        onToken?.(sequence.request, sequence.sample, ids[at]);
        if (endIds.has(ids[at]) || isStopped?.(sequence.ids)) sequence.finish = "stop";
        else if (sequence.ids.length === sequence.maxTokens) sequence.finish = "length";
      });
    }
  }
}
