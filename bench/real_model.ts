import type { Backend } from "../src/compute/backend";
import { deriveKey, RandomStream, seedKey } from "../src/kernels/random/random";
import { LlamaPolicy } from "../src/policy/llama_policy";
import { allProjections } from "../src/policy/lora";
import type { ModelFile } from "../src/policy/model_file";
import { median, table, time } from "./measure";

const lora = { rank: 8, alpha: 16, targets: allProjections };
/** Sequences of a training step, and tokens of each. */
const [sequences, length] = [4, 128];
const generated = 48;

/** What a backend takes for a model file of one's own: decoding, and a step of its adapters. */
export async function benchRealModel(open: () => Promise<Backend>, model: ModelFile): Promise<string> {
  const backend = await open();
  const policy = new LlamaPolicy(backend, model.config, model.weights, {
    training: { mode: "lora", lora, key: seedKey(0) },
    endIds: new Set(),
    recompute: true,
  });
  policy.markReference();
  const stream = RandomStream.of(0, "bench");
  const tokens = (count: number) => Array.from({ length: count }, () => stream.integer(model.config.vocab));

  const prompt = tokens(32);
  async function rate(samples: number): Promise<number> {
    const rates: number[] = [];
    for (let round = 0; round < 3; round++) {
      const request = { prompt, samples, key: deriveKey(seedKey(0), round) };
      const first = await time(() => policy.sample([request], { temperature: 1, maxNewTokens: 1 }));
      const all = await time(() => policy.sample([request], { temperature: 1, maxNewTokens: generated + 1 }));
      rates.push((samples * generated) / ((all - first) / 1000));
    }
    return median(rates);
  }
  const [one, eight] = [await rate(1), await rate(8)];

  const trees = Array.from({ length: sequences }, () => ({ prompt: [], branches: [tokens(length)] }));
  const seconds: number[] = [];
  for (let round = 0; round < 4; round++) {
    const milliseconds = await time(async () => {
      await policy.backward(trees, () => new Array<number>(length - 1).fill(1 / (sequences * length)));
      await policy.step({
        ...{ learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 },
      });
    });
    if (round > 0) seconds.push(milliseconds / 1000);
  }
  const bytes = "bytes" in backend ? (backend.bytes as number) : null;
  const report = table([
    [`${backend.name}: ${backend.adapter.label}`, "", ""],
    ["decoding one stream", `${one.toFixed(1)} tokens/s`, "1.0"],
    ["eight with one prompt", `${eight.toFixed(1)} tokens/s`, (eight / one).toFixed(1)],
    [`LoRA step, ${sequences} × ${length} tokens, recomputed`, `${median(seconds).toFixed(2)} s`, ""],
    ["memory of the backend", bytes === null ? "–" : `${(bytes / 1e6).toFixed(0)} MB`, ""],
  ]);
  backend.destroy();
  return report;
}
