import { meanOf } from "../analysis/mean";
import type { AdvantageConfig, BonusConfig, MethodConfig } from "./config";
import { rewardTolerance, type Revision, type Row, type Sample } from "./group";
import { preferenceRows } from "./preference";
import { overlongPenalty } from "./overlong";

/** As in TRL and verl: keeps the quotient defined. */
const epsilon = 1e-6;

/**
 * Equation (8): α(r̃_i − r_i) for every rollout i that was revised, from its best revision; 0 for the others.
 * Two-sided as in the paper, unless clipped at 0. A draft that is replayed was not revised.
 */
export function bonuses(
  rollouts: readonly Sample[],
  revisions: readonly Revision[],
  { alpha, clipAtZero }: BonusConfig,
): number[] {
  return rollouts.map(({ reward }, i) => {
    const revised = revisions.flatMap((r) =>
      r.draft === i && r.reward !== null && !r.replayed ? [r.reward] : [],
    );
    if (reward === null || revised.length === 0) return 0;
    const bonus = alpha * (Math.max(...revised) - reward);
    return clipAtZero ? Math.max(0, bonus) : bonus;
  });
}

/**
 * Equation (10): A = (r − mean) / (std + 1e-6) over the rows of a group. Rewards that span less than 1e-6 give
 * exactly 0 (their rounding errors would otherwise be blown up to full size). `std` none leaves out the division
 * (Dr.GRPO); a floor bounds it.
 */
export function groupAdvantages(
  rows: readonly Pick<Row, "source" | "reward">[],
  { std, stdFloor, baseline }: AdvantageConfig,
): number[] {
  const rewards = rows.map(({ reward }) => reward);
  if (rewards.length < 2 || !isSpread(rewards)) return rewards.map(() => 0);
  const rollouts = rows.flatMap((row) => (row.source === "rollout" ? [row.reward] : []));
  const base = baseline === "rollouts" && rollouts.length > 0 ? rollouts : rewards;
  const mean = meanOf(base);
  if (std === "none") return rewards.map((r) => r - mean);
  // Rollouts that tie have no deviation to divide by; the group's, in which the revision differs, stands in.
  const deviation = Math.max(deviationOf(isSpread(base) ? base : rewards, std), stdFloor);
  return rewards.map((r) => (r - mean) / (deviation + epsilon));
}

const isSpread = (rewards: readonly number[]) =>
  Math.max(...rewards) - Math.min(...rewards) >= rewardTolerance;

function deviationOf(values: readonly number[], std: "sample" | "population"): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return Math.sqrt(squares / (std === "sample" ? values.length - 1 : values.length));
}

/**
 * The group's rows with bonus, overlong penalty and advantage: the rollouts that take part, then the revision that
 * joined. The bonus compares grades alone, so that it is no reward for revising into fewer tokens; each row's own
 * length then counts against it, a revision's too.
 */
export function groupRows(
  rollouts: readonly Sample[],
  taking: readonly number[],
  revisions: readonly Revision[],
  joined: number | null,
  config: Pick<MethodConfig, "bonus" | "advantage" | "sampling" | "maxNewTokens"> & {
    readonly objective: Pick<MethodConfig["objective"], "loss">;
  },
): Row[] {
  const bonus = bonuses(rollouts, revisions, config.bonus);
  const before = config.bonus.when === "before";
  const rewarded = ({ reward, rollout }: Sample) => {
    const overlong = overlongPenalty(rollout.ids.length, config.maxNewTokens, config.sampling.overlongTokens);
    return { graded: reward!, reward: reward! + overlong, overlong };
  };
  const rows: Omit<Row, "advantage">[] = taking.map((index) => {
    const row = rewarded(rollouts[index]);
    const reward = row.reward + (before ? bonus[index] : 0);
    return { source: "rollout", index, ...row, reward, bonus: bonus[index] };
  });
  if (joined !== null)
    rows.push({ source: "revision", index: joined, ...rewarded(revisions[joined]), bonus: 0 });
  const { loss } = config.objective;
  // Every response counts the same for its likelihood, whatever its reward.
  if (loss === "crossEntropy") return rows.map((row) => ({ ...row, advantage: 1 }));
  if (loss === "preference") return preferenceRows(rows, rollouts);
  const advantages = groupAdvantages(rows, config.advantage);
  return rows.map((row, i) => ({ ...row, advantage: advantages[i] + (before ? 0 : row.bonus) }));
}
