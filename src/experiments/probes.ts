import { strategies, type Explorer } from "../herl/explore/attempt";
import { explore } from "../herl/explore/explore";
import { refine } from "../herl/explore/refine";
import { summarizeSearches } from "../herl/explore/summary";
import { deriveKey, seedKey, type Key } from "../kernels/random/random";
import type { Task } from "../rubric/schema";
import type { RunConfig } from "../runs/config";
import { measurePassAtK } from "../runs/pass_at_k";
import type { World } from "../runs/world";
import type { Probe } from "./experiment";

/** Numbers by name; those that do not exist (nothing could be graded) are left out. */
type Numbers = Record<string, number>;

interface Sampling {
  readonly temperature: number;
  readonly maxNewTokens: number;
}

/**
 * The numbers of a probe of the policy as it is, by name; the policy is left alone. Shares are of instructions; tokens
 * are those that the policy wrote, over all instructions.
 * - `passAtK.heldout.8`: unbiased Pass@8; `passAtK.heldout.best`: mean of the best reward of all samples.
 * - `explore.guided.4`: share passed with at most 4 attempts; `explore.guided.reward.4`: mean of the best reward;
 *   `explore.guided.tokens.4`: tokens up to the first that passes. With the split (`explore.ood.guided.4`) where it is not
 *   `heldout`.
 * - `refine.heldout.4`: share that passes after round 4; `refine.heldout.reward.4`; `refine.heldout.tokens.4`;
 *   `refine.heldout.gain`: the last round's share less the first's.
 */
export async function runProbe(
  probe: Probe,
  explorer: Explorer,
  world: World,
  { seed, temperature, maxNewTokens }: Pick<RunConfig, "seed" | "temperature" | "maxNewTokens">,
): Promise<Numbers> {
  const tasks = world.evaluationTasks(probe.split, probe.tasks);
  const key = deriveKey(seedKey(seed), "probe", probe.kind, probe.split);
  const sampling = { temperature, maxNewTokens };
  switch (probe.kind) {
    case "passAtK":
      return probePassAtK(probe, explorer, tasks, key, sampling);
    case "explore":
      return probeStrategies(probe, explorer, tasks, key, sampling);
    case "refine":
      return probeRefinement(probe, explorer, tasks, key, sampling);
  }
}

async function probePassAtK(
  { split, samples }: Probe & { kind: "passAtK" },
  explorer: Explorer,
  tasks: readonly Task[],
  key: Key,
  sampling: Sampling,
): Promise<Numbers> {
  const { at, bestReward } = await measurePassAtK(explorer, tasks, key, { ...sampling, samples });
  return present([
    ...at.map(({ k, mean }): Entry => [`passAtK.${split}.${k}`, mean]),
    [`passAtK.${split}.best`, bestReward],
  ]);
}

async function probeStrategies(
  { split, attempts }: Probe & { kind: "explore" },
  explorer: Explorer,
  tasks: readonly Task[],
  key: Key,
  sampling: Sampling,
): Promise<Numbers> {
  const prefix = split === "heldout" ? "explore" : `explore.${split}`;
  const entries: Entry[] = [];
  for (const strategy of strategies) {
    const searches = await explore(explorer, tasks, key, { ...sampling, strategy, attempts });
    for (const { k, passRate, bestReward, untilPass } of summarizeSearches(searches, attempts))
      entries.push(
        [`${prefix}.${strategy}.${k}`, passRate.share],
        [`${prefix}.${strategy}.reward.${k}`, bestReward],
        [`${prefix}.${strategy}.tokens.${k}`, untilPass.newTokens],
      );
  }
  return present(entries);
}

async function probeRefinement(
  { split, rounds }: Probe & { kind: "refine" },
  explorer: Explorer,
  tasks: readonly Task[],
  key: Key,
  sampling: Sampling,
): Promise<Numbers> {
  const refined = await refine(explorer, tasks, key, { ...sampling, rounds });
  const prefix = `refine.${split}`;
  const [first, last] = [refined.rounds[0], refined.rounds[rounds - 1]].map(({ allMet }) => allMet.share);
  return present([
    ...refined.rounds.flatMap(({ round, reward, allMet, cost }): Entry[] => [
      [`${prefix}.${round}`, allMet.share],
      [`${prefix}.reward.${round}`, reward],
      [`${prefix}.tokens.${round}`, cost.newTokens],
    ]),
    [`${prefix}.gain`, first === null || last === null ? null : last - first],
  ]);
}

type Entry = [name: string, value: number | null];

const present = (entries: readonly Entry[]): Numbers =>
  Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== null));
