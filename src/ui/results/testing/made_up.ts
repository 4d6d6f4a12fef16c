import type { Experiment, Part, UnitResult } from "../../../experiments/experiment";
import { summarize } from "../../../experiments/summarize";
import { RandomStream } from "../../../kernels/random/random";
import type { DatedPublication } from "../publications";

/** Arms by name, from worst to best, where results are made up. */
const heights: Readonly<Record<string, number>> = {
  DPO: 0.3,
  RLVR: 0.42,
  HE: 0.42,
  HeRL: 0.43,
  NaiveHE: 0.5,
  SFT: 0.55,
};

/**
 * An experiment with made-up results for the first `seeds` seeds of its first model: numbers for tests of the page, which
 * no model has made. The summary is computed from them as from real ones.
 */
export function madeUp(experiment: Experiment, seeds: number): DatedPublication {
  const results = resultsOf(experiment, seeds);
  const units = experiment.parts.reduce(
    (sum, { arms, models, seeds: all }) => sum + arms.length * models.length * all.length,
    0,
  );
  const summary = seeds === 0 ? null : summarize(experiment, results, units);
  return { experiment, summary, date: seeds === 0 ? null : "2026-11-21" };
}

/** The made-up results themselves. */
export const resultsOf = ({ parts }: Experiment, seeds: number): UnitResult[] =>
  parts.flatMap((part) => resultsOfPart(part, seeds));

const resultsOfPart = (part: Part, seeds: number): UnitResult[] =>
  part.arms.flatMap(({ name }) =>
    part.models.flatMap((model) =>
      part.seeds.slice(0, seeds).map((seed) => resultOf(part, name, model, seed)),
    ),
  );

function resultOf(part: Part, arm: string, model: string, seed: number): UnitResult {
  // What pairs have in common, and what an arm adds.
  const shared = RandomStream.of(seed, part.name, model);
  const own = RandomStream.of(seed, part.name, model, arm);
  const base = 0.3 + 0.05 * shared.unit();
  const noise = () => 0.04 * (own.unit() - 0.5);
  const reward = (heights[arm] ?? 0.4) + 0.1 * shared.unit() + noise();
  const row = (step: number, split: "heldout" | "close" | "ood", value: number) => ({
    ...{ step, split, n: 64, reward: value, all_met: value / 2 },
  });
  const steps = [1, 20, 40];
  return {
    ...{ key: `${part.name} ${arm} ${model} ${seed}`, part: part.name, arm, model, seed },
    ...{ code_version: "0.1.0", digest: "", digests: {}, seconds: 30 },
    curve: {
      step: steps,
      responses: steps.map((step) => step * 64),
      num_tokens: steps.map((step) => step * 1500),
      judge_calls: steps.map(() => 0),
      step_time: steps.map(() => 0.7),
      reward: steps.map((step) => base + ((reward - base) * step) / 40),
      entropy: steps.map((step) => 1.2 - (0.4 + noise()) * (step / 40)),
    },
    evaluations: [
      row(0, "heldout", base),
      row(40, "heldout", reward),
      row(0, "ood", base),
      row(40, "ood", base + noise() / 4),
      row(40, "close", reward - 0.05),
      { step: 40, split: "plain", n: 900, reward: null, all_met: null, perplexity: 2.1 + 4 * noise() },
    ],
    probes: Object.fromEntries(
      Object.entries(probesOf(reward, noise)).filter(([name]) =>
        part.probes?.some(({ kind }) => name.startsWith(kind)),
      ),
    ),
  };
}

/** Pass rates that rise with the number of responses, guided ones fastest. */
function probesOf(height: number, noise: () => number): Record<string, number> {
  const probes: Record<string, number> = {};
  for (const k of [1, 2, 4, 8, 16, 32, 64]) probes[`passAtK.heldout.${k}`] = rise(height, k) + noise() / 4;
  for (const k of [1, 2, 3, 4]) {
    probes[`explore.guided.${k}`] = rise(height, 3 * k - 2) + noise();
    probes[`explore.stochastic.${k}`] = rise(height, k) + noise();
    probes[`explore.entropy.${k}`] = rise(height, k * 0.8 + 0.2) + noise();
    probes[`explore.guided.tokens.${k}`] = 40 * k;
    probes[`refine.heldout.${k}`] = rise(height, 2 * k - 1) + noise();
  }
  probes["refine.heldout.gain"] = probes["refine.heldout.4"] - probes["refine.heldout.1"];
  return probes;
}

const rise = (height: number, k: number): number => 1 - (1 - height) / k;
