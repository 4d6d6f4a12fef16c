import type { Indices } from "../../compute/backend";
import type { Tensor } from "../../kernels/tensor";
import { logitsChunk, type LogitsChunk } from "../../kernels/lm_head/lm_head";
import type { PackedBatch } from "../group_tree";
import type { Decoder } from "./decoder";
import { normBackward, normForward } from "./norm";
import type { ModelContext, Pass } from "./pass";

/** From hidden rows to next-token logits [R, vocab] / temperature; for sampling, one row a sequence. */
export function headLogits(
  model: ModelContext,
  decoder: Decoder,
  hidden: Tensor,
  temperature: number,
): Tensor {
  const { backend, workspace, config } = model;
  const normed = workspace.tensor("head normed", hidden.rows, config.dim);
  normForward(model, decoder.norm, hidden, normed);
  const logits = workspace.tensor("next-token logits", hidden.rows, config.vocab);
  backend.kernels.matmul({ layout: "NT", a: normed, b: decoder.head, out: logits, scale: 1 / temperature });
  return logits;
}

/** The loss head over the predicted tokens of a batch: tensors that its two calls share. */
export interface HeadPass {
  readonly hidden: Tensor;
  readonly normed: Tensor;
  readonly targets: Tensor;
  readonly logprobs: Tensor;
  readonly entropies: Tensor;
  readonly logSumExp: Tensor;
  readonly unsampledMass: Tensor;
  readonly temperature: number;
  readonly chunk: LogitsChunk;
}

/** Log-probabilities and entropies of the predicted tokens, from the residual stream at the end. */
export function headForward(
  model: ModelContext,
  decoder: Decoder,
  stream: Tensor,
  batch: Pick<PackedBatch, "headRows" | "targets">,
  temperature: number,
): HeadPass {
  const { backend, workspace, config } = model;
  const count = batch.targets.length;
  const column = (name: string) => workspace.tensor(name, count, 1);
  const hidden = workspace.tensor("head hidden", count, config.dim);
  const normed = workspace.tensor("head normed", count, config.dim);
  backend.kernels.gather({ table: stream, rows: workspace.filled("head rows", batch.headRows), out: hidden });
  normForward(model, decoder.norm, hidden, normed);
  const head = {
    ...{ hidden, normed, temperature },
    targets: workspace.filled("targets", batch.targets),
    logprobs: column("logprobs"),
    entropies: column("entropies"),
    logSumExp: column("logSumExp"),
    unsampledMass: column("unsampled mass"),
    chunk: logitsChunk(config.vocab, backend.name),
  };
  backend.kernels.lmHead({ ...head, hidden: normed, weight: decoder.head });
  return head;
}

/**
 * Adds the head's gradients and returns ∂L/∂(residual stream) [T, dim] for L = −Σ coefficients · ln π, with the
 * statistics [R, 4] of the gradient.
 */
export function headBackward(
  pass: Pass,
  decoder: Decoder,
  head: HeadPass,
  batch: Pick<PackedBatch, "headGroups">,
  coefficients: Float32Array<ArrayBuffer>,
): { gradient: Tensor; statistics: Tensor } {
  const { backend, workspace, config, rows } = pass;
  const count = head.hidden.rows;
  const gradNormed = workspace.tensor("head gradNormed", count, config.dim);
  const statistics = workspace.tensor("gradient statistics", count, 4);
  backend.kernels.lmHeadBackward({
    ...head,
    ...{ hidden: head.normed, weight: decoder.head, gradHidden: gradNormed, statistics },
    coefficients: workspace.filled("coefficients", coefficients),
    gradWeight: decoder.gradHead,
  });
  const gradHidden = workspace.zeros("head gradHidden", count, config.dim);
  normBackward(pass, decoder.norm, head.hidden, gradNormed, gradHidden);
  const gradient = workspace.zeros("stream gradient", rows.count, config.dim);
  const filled = (name: string, data: Indices) => workspace.filled(`head groups ${name}`, data);
  const { targets, starts, order } = batch.headGroups;
  backend.kernels.scatterAdd({
    ...{ x: gradHidden, out: gradient },
    targets: filled("targets", targets),
    starts: filled("starts", starts),
    order: filled("order", order),
  });
  return { gradient, statistics };
}
