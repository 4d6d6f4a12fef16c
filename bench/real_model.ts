import type { Backend } from "../src/compute/backend";
import { deriveKey, RandomStream, seedKey } from "../src/kernels/random/random";
import { LlamaPolicy } from "../src/policy/llama_policy";
import { allProjections } from "../src/policy/lora";
import type { ModelFile } from "../src/policy/model_file";
import { benchHead } from "./head";
import { median, table, time } from "./measure";

const lora = { rank: 8, alpha: 16, targets: allProjections };
/** Sequences of a training step, and tokens of each. */
const [sequences, length] = [4, 128];
const generated = 48;

/** What a backend takes for a model file of one's own: decoding, and a step of its adapters. */
export async function benchRealModel(open: () => Promise<Backend>, model: ModelFile): Promise<string> {
  const kept = await benchStep(open, model, false);
  const recomputed = await benchStep(open, model, true);
  const { name, one, eight } = await benchDecoding(open, model);
  const head = await benchHead(open, model);
  const step = `LoRA step, ${sequences} × ${length} tokens, activations`;
  return table([
    [name, "", ""],
    ["decoding one stream", `${one.toFixed(1)} tokens/s`, "1.0"],
    ["eight with one prompt", `${eight.toFixed(1)} tokens/s`, (eight / one).toFixed(1)],
    [`${step} kept`, `${kept.seconds.toFixed(2)} s`, kept.memory],
    [`${step} recomputed`, `${recomputed.seconds.toFixed(2)} s`, recomputed.memory],
    [
      `head's loss and gradient, ${(100 * head.share).toFixed(1)} % of all logits at a time`,
      `${head.chunked.toFixed(0)} ms`,
      "1.00",
    ],
    ["the same, all logits at once", `${head.whole.toFixed(0)} ms`, (head.whole / head.chunked).toFixed(2)],
  ]);
}

const policyOf = (backend: Backend, { config, weights }: ModelFile, recompute: boolean): LlamaPolicy =>
  new LlamaPolicy(backend, config, weights, {
    training: { mode: "lora", lora, key: seedKey(0) },
    endIds: new Set(),
    recompute,
  });

const randomTokens = (stream: RandomStream, { config }: ModelFile, count: number): number[] =>
  Array.from({ length: count }, () => stream.integer(config.vocab));

async function benchDecoding(open: () => Promise<Backend>, model: ModelFile) {
  const backend = await open();
  const policy = policyOf(backend, model, true);
  const prompt = randomTokens(RandomStream.of(0, "bench"), model, 32);
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
  const name = `${backend.name}: ${backend.adapter.label}`;
  const [one, eight] = [await rate(1), await rate(8)];
  backend.destroy();
  return { name, one, eight };
}

/** Median seconds of three steps, and the memory that the backend has taken for them. */
async function benchStep(open: () => Promise<Backend>, model: ModelFile, recompute: boolean) {
  const backend = await open();
  const policy = policyOf(backend, model, recompute);
  const stream = RandomStream.of(0, "bench");
  const trees = Array.from({ length: sequences }, () => ({
    prompt: [],
    branches: [randomTokens(stream, model, length)],
  }));
  const coefficients = new Array<number>(length - 1).fill(1 / (sequences * length));
  const seconds: number[] = [];
  for (let round = 0; round < 4; round++) {
    const milliseconds = await time(async () => {
      await policy.backward(trees, () => coefficients);
      await policy.step({
        ...{ learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 },
      });
    });
    if (round > 0) seconds.push(milliseconds / 1000);
  }
  const memory = "bytes" in backend ? `${((backend.bytes as number) / 1e6).toFixed(0)} MB` : "–";
  backend.destroy();
  return { seconds: median(seconds), memory };
}
