import { HerlError } from "../../errors";
import { groupRows } from "../../herl/advantage";
import type { MethodConfig } from "../../herl/config";
import { hasPassed, rewardTolerance, type Revision, type Row, type Sample } from "../../herl/group";
import { acceptRevision } from "../../herl/hindsight";
import { aggregationWeights, revisionWeighting, rolloutWeighting, tokenTerm } from "../../herl/objective";
import { classesOf, forEachGroup, groupCount, type SequenceClass } from "./classes";
import { enumerate, weightedSum, withHindsight } from "./enumerate";
import type { Toy } from "./toy";

/** More kinds of groups than this are not summed. */
const mostGroups = 20_000;

/**
 * The expectation of the gradient that one update of the method estimates: E[∂J/∂θ], equation (9), over all groups of
 * one instruction that can be sampled, revisions included, [vocab, vocab]. Advantages, bonus, acceptance, aggregation and
 * shaping are the method's own functions; only the sampling is replaced by sums. A group is summed once for all orders of
 * its rollouts and all sequences that the method cannot tell apart (classes.ts).
 *
 * For a step on fresh samples (one update per batch, temperature 1, no KL term) with at most one appended revision.
 * Throws CONFIG_INVALID for others, and when there are too many kinds of groups.
 */
export function expectedUpdate(toy: Toy, theta: ArrayLike<number>, config: MethodConfig): Float64Array {
  checkConfig(config);
  const plain = enumerate(toy, theta);
  const { aggregation } = config.objective;
  const rollouts = classesOf(toy, plain, { aggregation, byItems: config.hindsight.enabled });
  if (groupCount(rollouts.length, config.rollouts) > mostGroups)
    throw invalid(
      "There are too many kinds of groups to sum over",
      "Take fewer rollouts, or another aggregation",
    );
  const revisions = rollouts.map(({ met }) => {
    const named = met.flatMap((is, j) => (is ? [] : [j]));
    const given = withHindsight(toy, plain, named);
    const scores = config.hindsight.context === "kept" ? given.scores : plain.scores;
    return classesOf(toy, { ...given, scores }, { aggregation, byItems: false });
  });

  // What the tokens of each class receive on average; rows of one class have different coefficients in different groups.
  const received = new Map<SequenceClass, number>();
  forEachGroup(rollouts, config.rollouts, (members, probability) => {
    const samples = members.map((m) => sampleOf(rollouts[m]));
    const collect = (share: number, rows: readonly Row[], revision?: SequenceClass) => {
      const classes = rows.map(({ source, index }) =>
        source === "rollout" ? rollouts[members[index]] : revision!,
      );
      rowCoefficients(rows, classes, config).forEach((c, i) =>
        received.set(classes[i], (received.get(classes[i]) ?? 0) + share * c),
      );
    };
    const everyone = [...members.keys()];
    const drafts = draftsOf(samples, members, config);
    if (drafts.length === 0) collect(probability, groupRows(samples, everyone, [], null, config));
    for (const { index, share } of drafts) {
      for (const revised of revisions[members[index]]) {
        const revision: Revision = { ...sampleOf(revised), draft: index, context: [] };
        const joined = acceptRevision([revision], samples, config.hindsight.accept);
        const rows = groupRows(samples, everyone, [revision], joined, config);
        collect(probability * share * revised.probability, rows, revised);
      }
    }
  });
  return weightedSum(
    [...received.values()],
    [...received.keys()].map(({ direction }) => direction),
  );
}

/** ∂J/∂ln π of each row's tokens on fresh samples, where every ratio is 1. */
function rowCoefficients(
  rows: readonly Row[],
  classes: readonly SequenceClass[],
  { objective, hindsight, maxNewTokens }: MethodConfig,
): number[] {
  const lengths = classes.map(({ tokens }) => ({ group: 0, tokens }));
  const weights = aggregationWeights(lengths, objective.aggregation, maxNewTokens);
  return rows.map(({ source, advantage }, i) => {
    const weighting =
      source === "rollout" ? rolloutWeighting(objective) : revisionWeighting(hindsight, objective);
    return weights[i] * tokenTerm(weighting, advantage, 0, 0).slope;
  });
}

/** Equation (5): the rollouts that may be revised, one for each class among the best failures, and how likely. */
function draftsOf(
  samples: readonly Sample[],
  members: readonly number[],
  { hindsight }: MethodConfig,
): { index: number; share: number }[] {
  if (!hindsight.enabled) return [];
  if (hindsight.rewriteWhen === "nonePassed" && samples.some(hasPassed)) return [];
  const failed = samples.flatMap((sample, index) => (hasPassed(sample) ? [] : [index]));
  const best = failed.reduce((most, i) => Math.max(most, samples[i].reward!), -Infinity);
  const top = failed.filter((i) => best - samples[i].reward! <= rewardTolerance);
  const first = top.filter((i) => members.indexOf(members[i]) === i);
  const alike = (index: number) => top.filter((i) => members[i] === members[index]).length;
  return first.map((index) => ({ index, share: alike(index) / top.length }));
}

const nothing = new Float32Array(0);

/** A response of a class, as far as rewards go. */
const sampleOf = ({ reward }: SequenceClass): Sample => ({
  ...{ rollout: { ids: [], logprobs: nothing, entropies: nothing, finish: "stop" }, text: "", verdicts: [] },
  reward,
});

function checkConfig({ hindsight, objective, updates, temperature }: MethodConfig): void {
  const simple = updates === 1 && temperature === 1 && objective.klCoef === 0;
  if (!simple || (hindsight.enabled && (hindsight.maxRevisions !== 1 || hindsight.join !== "append")))
    throw invalid(
      "Only a step on fresh samples with at most one appended revision can be summed over",
      "Set updates, temperature and maxRevisions to 1, klCoef to 0 and join to append",
    );
}

const invalid = (what: string, cure: string) => new HerlError("CONFIG_INVALID", what, cure);
