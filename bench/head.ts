import type { Backend } from "../src/compute/backend";
import { logitsChunk, type LogitsChunk } from "../src/kernels/lm_head/lm_head";
import { RandomStream } from "../src/kernels/random/random";
import type { ModelFile } from "../src/policy/model_file";
import { uploadWeight } from "../src/policy/llama/weights";
import { median, time } from "./measure";

/** Predicted tokens. */
const rows = 512;

/**
 * The loss of a model's head and its gradient, with a chunk of logits at a time as in training, and with all of them
 * at once: milliseconds, and the numbers that a chunk holds to those of all logits.
 */
export async function benchHead(open: () => Promise<Backend>, { config, weights }: ModelFile) {
  const backend = await open();
  const { vocab, dim, tied } = config;
  const stream = RandomStream.of(0, "bench");
  const filled = (cols: number, draw: () => number) => {
    const tensor = backend.tensor(rows, cols);
    backend.write(tensor, Float32Array.from({ length: rows * cols }, draw));
    return tensor;
  };
  const targets = backend.tensor(rows, 1, "u32");
  backend.write(
    targets,
    Uint32Array.from({ length: rows }, () => stream.integer(vocab)),
  );
  const column = () => backend.tensor(rows, 1);
  const options = {
    weight: uploadWeight(backend, weights.get(tied ? "model.embed_tokens.weight" : "lm_head.weight")!),
    hidden: filled(dim, () => stream.normal()),
    coefficients: filled(1, () => stream.normal()),
    gradHidden: backend.tensor(rows, dim),
    statistics: backend.tensor(rows, 4),
    ...{ targets, logprobs: column(), entropies: column(), logSumExp: column(), unsampledMass: column() },
    ...{ temperature: 1, gradWeight: null },
  };
  const both = async (chunk: LogitsChunk) => {
    backend.kernels.lmHead({ ...options, chunk });
    backend.kernels.lmHeadBackward({ ...options, chunk });
    await backend.read(options.logprobs);
  };
  const chunk = logitsChunk(vocab, backend.name);
  const times: { chunked: number[]; whole: number[] } = { chunked: [], whole: [] };
  for (let round = 0; round < 4; round++) {
    const chunked = await time(() => both(chunk));
    const whole = await time(() => both({ rows, vocab }));
    if (round === 0) continue;
    times.chunked.push(chunked);
    times.whole.push(whole);
  }
  backend.destroy();
  return {
    chunked: median(times.chunked),
    whole: median(times.whole),
    share: Math.min(1, (chunk.rows * chunk.vocab) / (rows * vocab)),
  };
}
