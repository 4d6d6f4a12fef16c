import type { Backend } from "../src/compute/backend";
import { RandomStream, seedKey } from "../src/kernels/random/random";
import type { LlamaConfig } from "../src/policy/gguf/llama_config";
import { LlamaPolicy } from "../src/policy/llama_policy";
import { initialWeights } from "../src/worlds/pretrain";

/**
 * A model and a batch that other training engines of the browser were measured with: 4 layers of width 128 over 1,024
 * tokens, 8 × 128 of them. Theirs has a feed-forward layer of two 128 × 512 matrices; ours, of three, is as wide as makes
 * it 2 % more.
 */
const model: LlamaConfig = {
  ...{ architecture: "llama", layers: 4, dim: 128, heads: 4, kvHeads: 4, headDim: 32, ffnDim: 352 },
  ...{ vocab: 1024, contextLength: 128, ropeBase: 10_000, rmsEpsilon: 1e-5, tied: true },
};
const [sequences, length] = [8, 128];

/** A function that trains every weight on the same batch once more by AdamW and resolves with the loss before it. */
export function trainingStep(backend: Backend): () => Promise<number> {
  const policy = new LlamaPolicy(backend, model, initialWeights(model, seedKey(0)), {
    training: { mode: "full" },
    endIds: new Set(),
  });
  const stream = RandomStream.of(0, "bench");
  const token = () => stream.integer(Math.floor(model.vocab / 20));
  const trees = Array.from({ length: sequences }, () => ({
    prompt: [token()],
    branches: [Array.from({ length: length - 1 }, token)],
  }));
  const count = sequences * (length - 1);
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
