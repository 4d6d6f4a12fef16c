import { meanOrNull } from "../analysis/mean";
import { meanChain, type MeanChain } from "../analysis/bound";
import { desiredShare, flowsOf, type Flows } from "../analysis/flows";
import { hasPassed, isFlat, wasSampled, type Group, type Sample } from "../herl/group";
import type { StepState } from "../herl/trainer";
import type { Update } from "../herl/update";
import { countUnmet } from "../rubric/adaptive/failure_rates";
import type { JudgeCounters } from "../rubric/judge/judge_counters";
import type { RunConfig } from "./config";
import { processMetrics } from "./process_metrics";

/**
 * One line of `metrics.jsonl`. Names without a slash and under `completions/`, `clip_ratio/`, `rewards/` and `logps/` are TRL's; ours are
 * under `hindsight/`, `gradient/` and `rubric/`. A value that does not exist in a step (no revision, no KL) is null.
 * Rewards and lengths are those of the groups that are trained on, after dynamic sampling; what was generated and what it
 * cost is counted with the groups that it discarded.
 */
export interface MetricsRow {
  /** Updates done, this one included. */
  readonly step: number;
  /** Responses generated and judge calls made so far. */
  readonly responses: number;
  readonly judge_calls: number;
  /** Response tokens so far: generated, and of written responses that were trained on. */
  readonly num_tokens: number;
  readonly step_time: number;
  readonly digest: string;
  readonly [metric: string]: number | string | null;
}

/** What the metrics of a step take from before it. */
export interface Progress {
  readonly responses: number;
  readonly judgeCalls: number;
  readonly tokens: number;
  /** Written responses trained on. */
  readonly references: number;
}

/** The numbers of one finished step, without its digest and time. */
export function stepMetrics(state: StepState, config: RunConfig, before: Progress, step: number) {
  const { groups, update, transfer, bound } = state;
  const responses = groups.flatMap((group) => group.rollouts);
  const written = responses.filter((sample) => !wasSampled(sample));
  const rollouts = responses.filter(wasSampled);
  const generated = generatedIn(state);
  const revisionLogprobs = new Map(transfer?.revisions.map(({ group, without }) => [group, without]));
  const share = desiredShare(update!.rows, revisionLogprobs);
  return {
    step,
    responses: before.responses + generated.length,
    judge_calls: before.judgeCalls,
    references: before.references + written.length,
    num_tokens: before.tokens + sum([...generated, ...written].map(({ rollout }) => rollout.ids.length)),
    loss: -update!.objective,
    kl: update!.kl,
    learning_rate: config.optimizer.learningRate,
    grad_norm: meanOrNull(update!.steps.map(({ gradNorm }) => gradNorm)),
    skipped_updates: update!.steps.filter(({ skipped }) => skipped).length,
    ...rewardMetrics(groups, rollouts),
    ...itemMetrics(groups),
    ...completionMetrics(rollouts),
    ...processMetrics(rollouts),
    // Of written responses too: how sure the policy is where it is taught (as TRL's SFTTrainer reports it).
    entropy: meanOrNull(responses.flatMap(({ rollout }) => [...rollout.entropies])),
    ...(config.objective.loss === "preference" && preferenceMetrics(update!)),
    ...clipMetrics(update!),
    ...hindsightMetrics(groups),
    ...samplingMetrics(state),
    "hindsight/gap": transfer?.gap ?? null,
    "hindsight/change_with": transfer?.changeWith ?? null,
    "hindsight/change_without": transfer?.changeWithout ?? null,
    "hindsight/transfer": transfer?.ratio ?? null,
    "hindsight/transfer_first_order": transfer?.firstOrder ?? null,
    "hindsight/transfer_isolated": transfer?.isolated ?? null,
    ...boundMetrics(meanChain(bound ?? [])),
    ...flowMetrics("gradient", flowsOf(update!.rows)),
    ...flowMetrics("gradient/rollouts", flowsOf(update!.rows, "rollout")),
    ...flowMetrics("gradient/revisions", flowsOf(update!.rows, "revision")),
    "gradient/desired_share": share.share,
    "gradient/desired_coverage": share.coverage,
  };
}

/**
 * What the policy generated in a step, discarded groups included. Neither what somebody else wrote nor a draft that was
 * replayed is among it.
 */
const generatedIn = ({ groups, discarded }: StepState): Sample[] =>
  [...groups, ...discarded].flatMap(({ rollouts, revisions }) => [
    ...rollouts.filter(wasSampled),
    ...revisions.filter(({ replayed }) => !replayed),
  ]);

/** Of dynamic sampling, the overlong penalty and the scaffold; the last two are null where no response has one. */
function samplingMetrics({ groups, discarded }: StepState) {
  const penalties = groups.flatMap(({ rows }) => rows.map(({ overlong }) => overlong));
  const shown = groups.flatMap(({ rollouts }) => rollouts.flatMap(({ shown }) => shown?.length ?? []));
  return {
    "sampling/discarded_groups": discarded.length,
    "sampling/overlong_penalty": penalties.some((penalty) => penalty !== 0) ? meanOrNull(penalties) : null,
    "scaffold/members": shown.length,
    "scaffold/items": meanOrNull(shown),
  };
}

function rewardMetrics(groups: readonly Group[], rollouts: readonly Sample[]) {
  const known = rollouts.flatMap(({ reward }) => (reward === null ? [] : [reward]));
  const average = meanOrNull(known);
  const squares = sum(known.map((reward) => (reward - (average ?? 0)) * (reward - (average ?? 0))));
  return {
    reward: average,
    reward_std: known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : null,
    frac_reward_zero_std: meanOrNull(groups.map(({ rows }) => (rows.every(isFlat) ? 1 : 0))),
    all_met: meanOrNull(
      rollouts.flatMap((sample) => (sample.reward === null ? [] : [hasPassed(sample) ? 1 : 0])),
    ),
    "rubric/unknown": rollouts.length - known.length,
  };
}

/** The share of graded rollouts that satisfy an item, by item key: `rubric/keywords:existence/satisfied`. */
function itemMetrics(groups: readonly Group[]): Record<string, number> {
  const graded = groups.flatMap(({ task, rollouts }) =>
    rollouts.filter(wasSampled).map(({ verdicts }) => ({ task, verdicts })),
  );
  return Object.fromEntries(
    [...countUnmet(graded)].map(([key, { graded, unmet }]) => [
      `rubric/${key}/satisfied`,
      (graded - unmet) / graded,
    ]),
  );
}

function completionMetrics(rollouts: readonly Sample[]) {
  const lengths = rollouts.map(({ rollout }) => rollout.ids.length);
  return {
    "completions/mean_length": meanOrNull(lengths),
    "completions/min_length": lengths.length === 0 ? null : Math.min(...lengths),
    "completions/max_length": lengths.length === 0 ? null : Math.max(...lengths),
    "completions/clipped_ratio": meanOrNull(
      rollouts.map(({ rollout }) => (rollout.finish === "length" ? 1 : 0)),
    ),
  };
}

/** DPO's numbers under the names of TRL's DPOTrainer; null in a step without a pair. */
const preferenceMetrics = ({ preference }: Update) => ({
  "preference/pairs": preference?.pairs ?? 0,
  "rewards/chosen": preference?.chosenReward ?? null,
  "rewards/rejected": preference?.rejectedReward ?? null,
  "rewards/accuracies": preference?.accuracy ?? null,
  "rewards/margins": preference?.margin ?? null,
  "logps/chosen": preference?.chosenLogprob ?? null,
  "logps/rejected": preference?.rejectedLogprob ?? null,
});

/** The chain of (13), means over the groups; null in steps that are not analysed. */
const boundMetrics = (chain: MeanChain | null) => ({
  "bound/error": chain?.error ?? null,
  "bound/deviation": chain?.deviationBound ?? null,
  "bound/unmet": chain?.unmetBound ?? null,
  "bound/score_norm": chain?.scoreNorm ?? null,
  "bound/unmet_weight": chain?.unmet ?? null,
});

/** Shares of tokens whose gradient was clipped away, over all passes of the update. */
function clipMetrics({ clipping: { tokens, low, high } }: Update) {
  const share = (count: number) => (tokens === 0 ? null : count / tokens);
  return {
    "clip_ratio/low_mean": share(low),
    "clip_ratio/high_mean": share(high),
    "clip_ratio/region_mean": share(low + high),
  };
}

function hindsightMetrics(groups: readonly Group[]) {
  const revised = groups.flatMap(({ rollouts, revisions }) =>
    revisions.flatMap(({ reward, draft, replayed }) =>
      reward === null || replayed ? [] : [{ reward, gain: reward - rollouts[draft].reward! }],
    ),
  );
  const ofKind = (isReplay: boolean) =>
    groups.filter(({ revisions }) => revisions.some(({ replayed }) => Boolean(replayed) === isReplay)).length;
  const bonuses = groups.flatMap(({ rows }) => rows.flatMap(({ bonus }) => (bonus === 0 ? [] : [bonus])));
  return {
    "hindsight/revised_groups": ofKind(false),
    "hindsight/replayed_groups": ofKind(true),
    "hindsight/revisions": revised.length,
    "hindsight/joined": groups.filter(({ joined }) => joined !== null).length,
    "hindsight/dropped_prompts": sum(groups.map(({ droppedPrompts }) => droppedPrompts)),
    "hindsight/reward": meanOrNull(revised.map(({ reward }) => reward)),
    "hindsight/gain": meanOrNull(revised.map(({ gain }) => gain)),
    "hindsight/improved": meanOrNull(revised.map(({ gain }) => (gain > 1e-6 ? 1 : 0))),
    "hindsight/bonus": meanOrNull(bonuses),
  };
}

const flowMetrics = (prefix: string, flows: Flows) => ({
  [`${prefix}/positive_sampled`]: flows.positiveSampled,
  [`${prefix}/positive_unsampled`]: flows.positiveUnsampled,
  [`${prefix}/negative_sampled`]: flows.negativeSampled,
  [`${prefix}/negative_unsampled`]: flows.negativeUnsampled,
  [`${prefix}/diffused_over`]: flows.diffusedOver,
});

/** What the judge did for one step: the difference of its counters. */
export const judgeMetrics = (now: JudgeCounters, before: JudgeCounters) => ({
  "judge/cached": now.cached - before.cached,
  "judge/retries": now.retries - before.retries,
  "judge/unknown": now.unknown - before.unknown,
  "judge/tokens": now.promptTokens + now.completionTokens - before.promptTokens - before.completionTokens,
  "judge/money": now.money - before.money,
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
