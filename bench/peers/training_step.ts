import type { Backend } from "../../src/compute/backend";
import { RandomStream, seedKey } from "../../src/kernels/random/random";
import type { LlamaConfig } from "../../src/policy/gguf/llama_config";
import { LlamaPolicy } from "../../src/policy/llama_policy";
import { initialWeights } from "../../src/worlds/pretrain";
import { sizes } from "./serve_steps";

const { layers, dim, heads, vocab, batch, length } = sizes;

/** Theirs has a feed-forward layer of two 128 × 512 matrices; ours, of three, is as wide as makes it 2 % more. */
const model: LlamaConfig = {
  ...{ architecture: "llama", layers, dim, heads, kvHeads: heads, headDim: dim / heads, ffnDim: 352 },
  ...{ vocab, contextLength: length, ropeBase: 10_000, rmsEpsilon: 1e-5, tied: true },
};

/** A function that trains every weight on the same batch once more by AdamW and resolves with the loss before it. */
export function trainingStep(backend: Backend): () => Promise<number> {
  const policy = new LlamaPolicy(backend, model, initialWeights(model, seedKey(0)), {
    training: { mode: "full" },
    endIds: new Set(),
  });
  const stream = RandomStream.of(0, "bench");
  const token = () => stream.integer(Math.floor(vocab / 20));
  const trees = Array.from({ length: batch }, () => ({
    prompt: [token()],
    branches: [Array.from({ length: length - 1 }, token)],
  }));
  const count = batch * (length - 1);
  return async () => {
    const scores = await policy.backward(trees, (_tree, _branch, { logprobs }) =>
      logprobs.map(() => 1 / count),
    );
    await policy.step({
      ...{ learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 1 },
    });
    return -scores.flat().reduce((sum, { logprobs }) => sum + logprobs.reduce((a, b) => a + b, 0), 0) / count;
  };
}
