import { dot, squaredNorm } from "../../analysis/vectors";
import { boundChain } from "../../analysis/bound";
import { hasPassed } from "../../herl/group";
import { log } from "../../kernels/math";
import { RandomStream } from "../../kernels/random/random";
import { enumerate, withHindsight, type Enumeration } from "../../worlds/toy/enumerate";
import { exactChain, expectedReward } from "../../worlds/toy/exact";
import type { Optimum } from "../../worlds/toy/optimum";
import type { Toy } from "../../worlds/toy/toy";

/** Sums over all sequences of a toy for the article's figures; all of them take a few milliseconds. */

/** What hindsight does to a policy, over failed drafts drawn from it and revisions drawn after them. */
export interface HindsightEffect {
  /** Probability of a failed draft; 0 makes all that follows 0. */
  readonly failing: number;
  /** For each number of items met: its probability without hindsight, and in a revision. */
  readonly byMet: readonly { readonly met: number; readonly plain: number; readonly revised: number }[];
  /** Probability that a revision passes. */
  readonly passing: number;
  /** Expected reward of a failed draft and of its revision. */
  readonly draft: number;
  readonly revision: number;
  /** E ln π(τ̃|q,H) − ln π(τ̃|q), in nats a response. */
  readonly gap: number;
  /** E⟨s_q, s_qH⟩ / E‖s_qH‖² over revisions: transfer along their own gradients. */
  readonly isolated: number;
  /** What that is the quotient of. */
  readonly product: number;
  readonly square: number;
}

/** Sums over drafts and over what they become. */
export function hindsightEffect(toy: Toy, plain: Enumeration): HindsightEffect {
  const byNamed = new Map<string, { named: number[]; probability: number; reward: number }>();
  let failing = 0;
  toy.sequences.forEach(({ met, reward }, i) => {
    if (hasPassed({ reward })) return;
    const named = met.flatMap((is, j) => (is ? [] : [j]));
    const known = byNamed.get(named.join()) ?? { named, probability: 0, reward: 0 };
    failing += plain.probabilities[i];
    known.probability += plain.probabilities[i];
    known.reward += plain.probabilities[i] * reward;
    byNamed.set(named.join(), known);
  });
  const counts = Array.from({ length: toy.items.length + 1 }, (_, met) => ({ met, plain: 0, revised: 0 }));
  const metCount = toy.sequences.map(({ met }) => met.filter(Boolean).length);
  plain.probabilities.forEach((p, i) => (counts[metCount[i]].plain += p));
  let [draft, revision, passing, gap, product, square] = [0, 0, 0, 0, 0, 0];
  for (const { named, probability, reward } of byNamed.values()) {
    const given = withHindsight(toy, plain, named);
    const share = failing > 0 ? probability / failing : 0;
    draft += failing > 0 ? reward / failing : 0;
    given.probabilities.forEach((p, i) => {
      counts[metCount[i]].revised += share * p;
      revision += share * p * toy.sequences[i].reward;
      if (hasPassed(toy.sequences[i])) passing += share * p;
      gap += share * p * (given.logprobs[i] - plain.logprobs[i]);
      product += share * p * dot(plain.scores[i], given.scores[i]);
      square += share * p * squaredNorm(given.scores[i]);
    });
  }
  return {
    failing,
    byMet: counts,
    passing,
    draft,
    revision,
    gap,
    isolated: square > 0 ? product / square : 0,
    ...{ product, square },
  };
}

/** How likely each reward is under these row probabilities, the best first: what their expected reward is made of. */
export function byReward(toy: Toy, rows: ArrayLike<number>): [reward: number, probability: number][] {
  const { probabilities } = enumerate(toy, Float64Array.from(rows, log));
  // Equal sums of weights may differ in their last bits.
  const known = new Map<string, [reward: number, probability: number]>();
  toy.sequences.forEach(({ reward }, i) => {
    const key = reward.toFixed(9);
    known.set(key, [reward, (known.get(key)?.[1] ?? 0) + probabilities[i]]);
  });
  return [...known.values()].sort(([a], [b]) => b - a);
}

/** The chain summed over all sequences, and the same from one group of `rollouts` that is sampled. */
export function bothChains(toy: Toy, theta: ArrayLike<number>, rollouts: number, seed: number) {
  const at = enumerate(toy, theta);
  const stream = RandomStream.of(seed, "one group");
  const drawn = Array.from({ length: rollouts }, () => draw(at.probabilities, stream.unit()));
  return {
    exact: exactChain(toy, at),
    sampled: boundChain(
      drawn.map((i) => at.scores[i]),
      drawn.map((i) => 1 - toy.sequences[i].reward),
    ),
  };
}

function draw(probabilities: Float64Array, unit: number): number {
  let below = 0;
  for (let i = 0; i < probabilities.length - 1; i++) if (unit < (below += probabilities[i])) return i;
  return probabilities.length - 1;
}

/** A policy that begins with habits, moved towards the best one: what a more able base model would start from. */
export interface Ability {
  /** E[R] before any training. */
  readonly reward: number;
  /** Probability that a response passes, and that a revision of a failed draft does. */
  readonly passes: number;
  readonly revisionPasses: number;
  readonly effect: HindsightEffect;
}

/** Logits are drawn towards the best rows by this much at most. */
const furthest = 8;

/** From a policy with its own habits to one that nearly always does what it is asked, in so many points. */
export function abilities(toy: Toy, theta: ArrayLike<number>, best: Optimum, points: number): Ability[] {
  return Array.from({ length: points }, (_, k) => {
    const pull = (furthest * k) / (points - 1);
    const at = enumerate(
      toy,
      best.rows.map((row, j) => theta[j] + pull * row),
    );
    const effect = hindsightEffect(toy, at);
    return {
      reward: expectedReward(toy, at),
      passes: 1 - effect.failing,
      revisionPasses: effect.passing,
      effect,
    };
  });
}
