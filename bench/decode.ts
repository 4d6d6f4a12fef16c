import type { Backend } from "../src/compute/backend";
import { deriveKey, seedKey } from "../src/kernels/random/random";
import type { ModelFile } from "../src/policy/model_file";
import { openLearner } from "../src/runs/learner";
import { resolveConfig } from "../src/runs/presets";
import { openWorld } from "../src/runs/world";
import { median, table, time } from "./measure";

/** Tokens per second when `count` responses are sampled together: 8 to an instruction, or one. */
export async function benchDecode(
  backend: Backend,
  model: ModelFile,
): Promise<{ report: string; ratio: number }> {
  const config = resolveConfig({ preset: "pocket" });
  const world = openWorld(config);
  const { policy, codec } = openLearner(backend, model, config, world);
  const requests = Array.from({ length: 8 }, (_, i) => ({
    prompt: codec.encode([{ role: "user", content: world.trainingTask(i).prompt }]),
    samples: 8,
    key: deriveKey(seedKey(0), "bench", i),
  }));
  const options = { temperature: 1, maxNewTokens: 128 };
  async function rate(subset: typeof requests): Promise<number> {
    const rates: number[] = [];
    for (let round = 0; round < 4; round++) {
      let tokens = 0;
      const milliseconds = await time(async () => {
        const rollouts = await policy.sample(subset, options);
        tokens = rollouts.flat().reduce((sum, { ids }) => sum + ids.length, 0);
      });
      if (round > 0) rates.push(tokens / (milliseconds / 1000));
    }
    return median(rates);
  }
  const one = await rate([{ ...requests[0], samples: 1 }]);
  const group = await rate([requests[0]]);
  const all = await rate(requests);
  const rows = [
    ["together", "tokens/s", "ratio"],
    ["1", one.toFixed(0), "1.0"],
    ["8", group.toFixed(0), (group / one).toFixed(1)],
    ["64", all.toFixed(0), (all / one).toFixed(1)],
  ];
  return { report: table(rows), ratio: all / one };
}
