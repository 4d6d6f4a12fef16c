/** Keys and values kept as eight-bit integers: nearly what floats give, in less memory. */
import { describe, expect, test } from "vitest";
import type { Backend } from "../../compute/backend";
import { seedKey } from "../../kernels/random/random";
import { modelConfig } from "../gguf/model_config";
import { readGguf } from "../gguf/read_gguf";
import { tinyConfig, tinyModel } from "../gguf/testing";
import { writeGguf } from "../gguf/write_gguf";
import { LlamaPolicy } from "../llama_policy";
import { allProjections } from "../lora";
import { fileWeights } from "../model_file";

/** Describes it on one backend. */
export function describeCache(name: string, open: () => Promise<Backend>): void {
  describe(`${name}: a cache of integers`, () => {
    const prompt = Array.from({ length: 60 }, (_, i) => (7 * i + 3) % tinyConfig.vocab);

    async function policyOf(): Promise<LlamaPolicy> {
      const { metadata, tensors } = tinyModel(tinyConfig);
      const file = readGguf(writeGguf({ metadata, tensors: tensors.values() }));
      const config = modelConfig(file);
      return new LlamaPolicy(await open(), config, fileWeights(file, config), {
        training: { mode: "lora", lora: { rank: 4, alpha: 8, targets: allProjections }, key: seedKey(3) },
        endIds: new Set<number>(),
      });
    }

    test("draws nearly the same; a response still depends on its key alone", async () => {
      const policy = await policyOf();
      const request = { prompt, samples: 3, key: seedKey(5) };
      const sample = async (cache: "f32" | "q8", requests = [request]) =>
        (await policy.sample(requests, { temperature: 1, maxNewTokens: 12, cache }))[0];
      const [floats, integers] = [await sample("f32"), await sample("q8")];
      let differs = false;
      floats.forEach(({ ids, logprobs }, i) => {
        const other = integers[i];
        // As far as the same tokens were drawn.
        for (let t = 0; t < ids.length && (t === 0 || ids[t - 1] === other.ids[t - 1]); t++) {
          if (ids[t] !== other.ids[t]) break;
          expect(Math.abs(logprobs[t] - other.logprobs[t])).toBeLessThan(0.03);
          differs ||= logprobs[t] !== other.logprobs[t];
        }
      });
      expect(differs).toBe(true);
      const [again] = [await sample("q8", [request, { ...request, key: seedKey(6) }])];
      expect(again.map(({ ids }) => ids)).toEqual(integers.map(({ ids }) => ids));
    });
  });
}
