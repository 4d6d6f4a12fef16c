import { expect, test } from "vitest";
import { CpuBackend } from "../compute/cpu";
import { seedKey } from "../kernels/random/random";
import { readGguf } from "./gguf/read_gguf";
import { modelConfig } from "./gguf/model_config";
import type { LlamaConfig } from "./gguf/llama_config";
import { tinyConfig, tinyModel } from "./gguf/testing";
import { writeGguf } from "./gguf/write_gguf";
import { LlamaPolicy } from "./llama_policy";
import { allProjections } from "./lora";
import { estimateMemory, type PlannedRun } from "./memory_estimate";
import { fileWeights } from "./model_file";

const lora = { rank: 8, alpha: 16, targets: allProjections };
const large: LlamaConfig = { ...tinyConfig, layers: 6, dim: 256, headDim: 64, ffnDim: 512, vocab: 4096 };

test.each<[string, LlamaConfig, Partial<PlannedRun>]>([
  ["a wide one", large, {}],
  ["a wide one, activations computed again", large, { recompute: true }],
  ["a deep one", { ...tinyConfig, layers: 24 }, {}],
  ["a large vocabulary", { ...tinyConfig, vocab: 32768 }, {}],
  ["long responses", large, { responseTokens: 64, sequences: 24 }],
])("%s: about what a run allocates", async (_name, config, changes) => {
  const { metadata, tensors } = tinyModel(config);
  const file = readGguf(writeGguf({ metadata, tensors: tensors.values() }));
  const run: PlannedRun = {
    ...{ backend: "cpu", training: { mode: "lora", ...lora }, recompute: false },
    ...{ sequences: 8, prompts: 2, promptTokens: 24, responseTokens: 32, ...changes },
  };
  const estimate = estimateMemory(modelConfig(file), file.tensors.values(), run);

  const backend = await CpuBackend.create();
  const before = backend.bytes;
  const policy = new LlamaPolicy(backend, config, fileWeights(file, config), {
    training: { mode: "lora", lora, key: seedKey(0) },
    ...{ endIds: new Set<number>(), recompute: run.recompute },
  });
  policy.markReference();
  const prompt = Array.from({ length: run.promptTokens }, (_, i) => i % config.vocab);
  const requests = Array.from({ length: run.prompts }, (_, i) => ({
    ...{ prompt, key: seedKey(i), samples: run.sequences / run.prompts },
  }));
  const rollouts = await policy.sample(requests, { temperature: 1, maxNewTokens: run.responseTokens });
  // As many rows as a batch may have.
  const trees = Array.from({ length: 4 }, () => ({ prompt, branches: rollouts[0].map(({ ids }) => ids) }));
  await policy.backward(trees, () => trees[0].branches[0].map(() => 0.1));
  const used = backend.bytes - before;
  expect(estimate.total / used).toBeGreaterThan(0.75);
  expect(estimate.total / used).toBeLessThan(1.35);
});
