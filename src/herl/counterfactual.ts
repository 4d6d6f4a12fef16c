import { cosine, dot, norm } from "../analysis/vectors";
import type { PolicySnapshot, TrainablePolicy } from "../policy/policy";
import { scoringTemperature, type MethodConfig } from "./config";
import type { Group, Row } from "./group";
import { withScoreReward } from "./process";
import { rowsOf } from "./rows";
import { updatePolicy, type Update } from "./update";

/** What is changed of a step whose responses stay as they are. */
export interface Counterfactual {
  /** The method with other settings: α, γ, ε, normalisation, aggregation, context … */
  readonly config: MethodConfig;
  /** Rewards of rollouts, in place of the graded ones. */
  readonly rewards?: readonly { readonly group: number; readonly index: number; readonly reward: number }[];
  /** Advantages of rows, in place of the normalised ones. */
  readonly advantages?: readonly (Pick<Row, "source" | "index" | "advantage"> & { readonly group: number })[];
  /** Leave the revisions out of their groups. */
  readonly dropRevisions?: boolean;
}

/** The groups with the rows that they would have had. */
export function counterfactualGroups(
  groups: readonly Group[],
  { config, rewards = [], advantages = [], dropRevisions = false }: Counterfactual,
): Group[] {
  return groups.map((group, g) => {
    const rewardIn = (index: number) => rewards.find((r) => r.group === g && r.index === index)?.reward;
    const rollouts = group.rollouts.map((sample, index) => ({
      ...sample,
      reward: rewardIn(index) ?? sample.reward,
    }));
    // What is trained on may be a score, unless the reward is given.
    const trained = rollouts.map((sample, index) =>
      rewardIn(index) === undefined ? withScoreReward(sample) : sample,
    );
    const joined = dropRevisions ? null : group.joined;
    const all = trained.flatMap(({ reward }, index) => (reward === null ? [] : [index]));
    const taking =
      joined === null
        ? all
        : group.rows.flatMap(({ source, index }) => (source === "rollout" ? [index] : []));
    const rows = rowsOf({ ...group, rollouts: trained, joined }, taking, config).map((row): Row => {
      const changed = advantages.find(
        (a) => a.group === g && a.source === row.source && a.index === row.index,
      );
      return changed ? { ...row, advantage: changed.advantage, tokenAdvantages: undefined } : row;
    });
    return { ...group, rollouts, joined, rows };
  });
}

/** A step that was tried. */
export interface Trial {
  readonly groups: readonly Group[];
  readonly update: Update;
  /** ∂J/∂θ at the first pass. */
  readonly gradient: Float32Array;
  /** ln π of every token after `prefix`, after the step; null without a prefix. */
  readonly nextToken: Float32Array | null;
}

export interface TrialOptions {
  /** The policy as it was before the update. */
  readonly before: PolicySnapshot;
  /** Look at the next token after this. */
  readonly prefix?: readonly number[];
  readonly signal?: AbortSignal;
}

/** Takes the update that the change would have made, and puts the policy back. */
export async function tryStep(
  policy: TrainablePolicy,
  recorded: readonly Group[],
  change: Counterfactual,
  { before, prefix, signal }: TrialOptions,
): Promise<Trial> {
  const groups = counterfactualGroups(recorded, change);
  return policy.preserve(async () => {
    policy.restore(before);
    const updates = updatePolicy(policy, groups, change.config, signal);
    const first = (await updates.next()).value!;
    const gradient = (await policy.readGradients()).map((g) => -g);
    let update = first;
    for await (const later of updates) update = later;
    const temperature = scoringTemperature(change.config);
    const nextToken = prefix ? await policy.nextToken(prefix, { temperature }) : null;
    return { groups, update, gradient, nextToken };
  });
}

/** How the changed step's gradient stands to the recorded one's; the cosine is null when one of them is 0. */
export const compareTrials = (recorded: Trial, changed: Trial) => ({
  cosine: cosine(recorded.gradient, changed.gradient),
  /** ⟨recorded, changed⟩: what the cosine divides by both norms. */
  product: dot(recorded.gradient, changed.gradient),
  recordedNorm: norm(recorded.gradient),
  changedNorm: norm(changed.gradient),
});
