import { passAtK } from "../analysis/pass_at_k";
import { deriveKey, seedKey } from "../kernels/random/random";
import type { RunConfig } from "../runs/config";
import { sampleAndGrade } from "../runs/evaluate";
import type { OpenLearner } from "../runs/learner";
import type { World } from "../runs/world";
import type { Probe } from "./experiment";

/** The numbers of a probe of the policy as it is, by name. The policy is left alone. */
export async function runProbe(
  probe: Probe,
  learner: OpenLearner,
  world: World,
  config: RunConfig,
): Promise<Record<string, number>> {
  const { kind, split, samples } = probe as Probe & { kind: "passAtK" };
  const tasks = world.evaluationTasks(split, probe.tasks);
  const key = deriveKey(seedKey(config.seed), "probe", kind, split);
  const { temperature, maxNewTokens } = config;
  const responses = await sampleAndGrade(learner, tasks, key, { samples, temperature, maxNewTokens });
  const passed = responses.map((own) => own.filter(({ reward }) => reward !== null && reward >= 1 - 1e-6).length);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const name = `passAtK.${split}`;
  const numbers = Object.fromEntries(
    powersUpTo(samples).map((k) => [`${name}.${k}`, mean(passed.map((c) => passAtK(samples, c, k)))]),
  );
  const rewards = responses.map((own) => own.flatMap(({ reward }) => (reward === null ? [] : [reward])));
  return {
    ...numbers,
    [`${name}.mean`]: mean(rewards.flat()),
    [`${name}.best`]: mean(rewards.flatMap((own) => (own.length === 0 ? [] : [Math.max(...own)]))),
  };
}

/** 1, 2, 4 … and `limit` itself. */
function powersUpTo(limit: number): number[] {
  const powers: number[] = [];
  for (let k = 1; k < limit; k *= 2) powers.push(k);
  return [...powers, limit];
}
