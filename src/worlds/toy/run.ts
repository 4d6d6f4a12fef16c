import { boundChain, type BoundChain } from "../../analysis/bound";
import { cosine } from "../../analysis/vectors";
import type { MethodConfig } from "../../herl/config";
import type { Group } from "../../herl/group";
import { trainStep, type StepState } from "../../herl/trainer";
import type { Transfer } from "../../herl/transfer";
import { deriveKey, RandomStream, seedKey } from "../../kernels/random/random";
import { enumerate, type Enumeration } from "./enumerate";
import {
  exactChain,
  expectedReward,
  hindsightEffect,
  policyGradient,
  type ExactChain,
  type HindsightEffect,
} from "./exact";
import type { Toy } from "./toy";
import { toyLearner, toyTask } from "./toy_learner";

export interface ToyRunOptions {
  readonly updates: number;
  readonly seed: number;
  /** Where the policy starts, [vocab, vocab]. Default 0: every token is as likely as any other. */
  readonly theta?: ArrayLike<number>;
}

/** A policy on the way, before update `step`; the last entry of a run is the policy after all of them. */
export interface ToyPoint {
  readonly step: number;
  /** J(θ), summed over all sequences. */
  readonly expectedReward: number;
  /** Probability of a response that meets everything. */
  readonly passRate: number;
  /** The chain of (13), summed over all sequences. */
  readonly chain: ExactChain;
  readonly update: ToyUpdate | null;
}

/** What the method saw of it, and did. */
export interface ToyUpdate {
  /** Mean reward of the group's rollouts: the sampled estimate of J. */
  readonly meanReward: number;
  /** The chain of (13) over the group's rollouts; null for a single one. */
  readonly chain: BoundChain | null;
  /** Cosine of the update's gradient and the true policy gradient; null when one of them is 0. */
  readonly cosine: number | null;
  /** The first revision of the step; null without one. */
  readonly revision: ToyRevision | null;
  /** Null without a revision that joined, or when the method does not measure it. */
  readonly transfer: Transfer | null;
}

export interface ToyRevision {
  /** What the hindsight that it was sampled after does, summed over all revisions. */
  readonly effect: HindsightEffect;
  /** Its reward, and whether it joined its group. */
  readonly reward: number;
  readonly joined: boolean;
}

/** Learns on a toy with the method's own trainer: `updates` + 1 points. A pure function of its arguments. */
export async function runToy(toy: Toy, config: MethodConfig, options: ToyRunOptions): Promise<ToyPoint[]> {
  const { updates, seed, theta = new Float32Array(toy.parameterCount) } = options;
  const learner = toyLearner(toy, theta);
  const task = toyTask(toy);
  const tasks = Array.from({ length: config.groups }, () => task);
  const places = new Map(toy.sequences.map(({ ids }, i) => [ids.join(), i]));
  const points: ToyPoint[] = [];
  for (let step = 0; step < updates; step++) {
    const before = enumerate(toy, learner.policy.parameters);
    let [last, ascent]: [StepState | null, number | null] = [null, null];
    for await (const state of trainStep(learner, tasks, config, deriveKey(seedKey(seed), "step", step))) {
      last = state;
      // The gradient of the loss points down; it is gone once the step is taken.
      if (state.phase === "gradient")
        ascent = cosine(
          learner.policy.gradients.map((g) => -g),
          policyGradient(toy, before),
        );
    }
    const { groups, transfer } = last!;
    points.push(
      pointOf(toy, step, before, { ...sampledOf(toy, before, groups, places), cosine: ascent, transfer }),
    );
  }
  return [...points, pointOf(toy, updates, enumerate(toy, learner.policy.parameters), null)];
}

/** Parameters drawn around 0, for a policy that begins with habits of its own. Single precision. */
export function habits({ parameterCount }: Toy, seed: number, scale: number): Float32Array {
  const stream = RandomStream.of(seed, "habits");
  return Float32Array.from({ length: parameterCount }, () => scale * stream.normal());
}

function pointOf(toy: Toy, step: number, at: Enumeration, update: ToyUpdate | null): ToyPoint {
  return {
    step,
    expectedReward: expectedReward(toy, at),
    passRate: toy.sequences.reduce(
      (sum, { met }, i) => (met.every((is) => is) ? sum + at.probabilities[i] : sum),
      0,
    ),
    chain: exactChain(toy, at),
    update,
  };
}

function sampledOf(
  toy: Toy,
  at: Enumeration,
  groups: readonly Group[],
  places: ReadonlyMap<string, number>,
): Pick<ToyUpdate, "meanReward" | "chain" | "revision"> {
  const drawn = groups.flatMap(({ rollouts }) =>
    rollouts.map(({ rollout }) => places.get(rollout.ids.join())!),
  );
  const rewards = drawn.map((i) => toy.sequences[i].reward);
  return {
    meanReward: rewards.reduce((sum, r) => sum + r, 0) / rewards.length,
    chain: boundChain(
      drawn.map((i) => at.scores[i]),
      rewards.map((r) => 1 - r),
    ),
    revision: revisionOf(toy, at, groups),
  };
}

function revisionOf(toy: Toy, at: Enumeration, groups: readonly Group[]): ToyRevision | null {
  const group = groups.find(({ revisions }) => revisions.length > 0);
  if (!group) return null;
  const { draft, reward } = group.revisions[0];
  const named = group.rollouts[draft].verdicts.flatMap(({ status }, j) => (status === "unmet" ? [j] : []));
  return {
    effect: hindsightEffect(toy, at, named),
    reward: reward!,
    joined: group.joined === 0,
  };
}
