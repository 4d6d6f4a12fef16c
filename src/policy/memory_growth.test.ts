/** Memory of a policy that trains on: the workspace is reused, so that the two hundredth update needs what the tenth did. */
import { expect, test } from "vitest";
import { CpuBackend } from "../compute/cpu";
import { deriveKey, RandomStream, seedKey } from "../kernels/random/random";
import { readGguf } from "./gguf/read_gguf";
import { tinyConfig, tinyModel } from "./gguf/testing";
import { writeGguf } from "./gguf/write_gguf";
import { LlamaPolicy } from "./llama_policy";
import { allProjections } from "./lora";
import { fileWeights } from "./model_file";

const optimizer = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  maxGradNorm: 1,
};

test.each([false, true])(
  "two hundred updates, recompute %s: no growth after the first few",
  async (recompute) => {
    const { metadata, tensors } = tinyModel(tinyConfig);
    const file = readGguf(writeGguf({ metadata, tensors: tensors.values() }));
    const backend = await CpuBackend.create();
    const policy = new LlamaPolicy(backend, tinyConfig, fileWeights(file, tinyConfig), {
      training: { mode: "lora", lora: { rank: 4, alpha: 8, targets: allProjections }, key: seedKey(0) },
      ...{ endIds: new Set([0]), recompute },
    });
    policy.markReference();
    const stream = RandomStream.of(0, "growth");
    let early = 0;
    for (let update = 1; update <= 200; update++) {
      // Prompts and responses of every length: the largest come within the first twenty.
      const size = update <= 20 ? 24 : 4 + stream.integer(20);
      const prompt = Array.from({ length: size }, () => stream.integer(tinyConfig.vocab));
      const request = { prompt, samples: 4, key: deriveKey(seedKey(1), update) };
      const [rollouts] = await policy.sample([request], { temperature: 1, maxNewTokens: 16 });
      const branches = rollouts.map(({ ids }) => ids);
      await policy.score([{ prompt, branches }], { weights: "reference" });
      await policy.backward([{ prompt, branches }], (_tree, branch) => branches[branch].map(() => 0.1));
      await policy.step(optimizer);
      if (update === 40) early = backend.bytes;
    }
    expect(backend.bytes).toBe(early);
  },
);
