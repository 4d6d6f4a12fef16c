/**
 * Direct preference optimisation (Rafailov et al., 2023, equation 7): the loss of a pair is −ln σ(β m), with the margin
 * m = [ln π(y⁺|q) − ln π_ref(y⁺|q)] − [ln π(y⁻|q) − ln π_ref(y⁻|q)], log-probabilities summed over tokens, and π_ref
 * the policy that the run started from. The loss of a batch is the mean over its pairs.
 */
import type { BranchScores } from "../policy/policy";
import { rewardTolerance, type Row, type Sample } from "./group";
import type { TokenWeighting } from "./objective";

/** A row before its advantage. */
type RewardedRow = Omit<Row, "advantage">;

/**
 * The pair among a group's rows: the chosen response with advantage 1, then the rejected one with −1. Written responses
 * are the pair that they were written as; of sampled ones it is the best and the worst by reward, the first of equals.
 * None where rewards span less than 1e-6, or where one of the written two could not be graded.
 */
export function preferenceRows(
  rows: readonly RewardedRow[],
  rollouts: readonly Pick<Sample, "origin">[],
): Row[] {
  const isWritten = rollouts.some(({ origin }) => origin !== undefined);
  const pair = isWritten ? writtenPair(rows, rollouts) : extremes(rows);
  return pair
    ? [
        { ...pair[0], advantage: 1 },
        { ...pair[1], advantage: -1 },
      ]
    : [];
}

function writtenPair(rows: readonly RewardedRow[], rollouts: readonly Pick<Sample, "origin">[]) {
  const written = (origin: Sample["origin"]) => rows.find(({ index }) => rollouts[index].origin === origin);
  const [chosen, rejected] = [written("reference"), written("rejected")];
  return chosen && rejected ? [chosen, rejected] : null;
}

function extremes(rows: readonly RewardedRow[]) {
  if (rows.length < 2) return null;
  const chosen = rows.reduce((best, row) => (row.reward > best.reward ? row : best));
  const rejected = rows.reduce((worst, row) => (row.reward < worst.reward ? row : worst));
  return chosen.reward - rejected.reward < rewardTolerance ? null : [chosen, rejected];
}

/** One response of a pair: Σ_t ln π and Σ_t ln π_ref, in nats. */
export interface ResponseScore {
  readonly logprob: number;
  readonly reference: number;
  readonly tokens: number;
}

export interface PairScore {
  readonly chosen: ResponseScore;
  readonly rejected: ResponseScore;
}

export const responseScore = (current: BranchScores, reference: BranchScores): ResponseScore => ({
  logprob: sum(current.logprobs),
  reference: sum(reference.logprobs),
  tokens: current.logprobs.length,
});

export const marginOf = ({ chosen, rejected }: PairScore): number => gain(chosen) - gain(rejected);

export const preferenceWeighting = (pair: PairScore, beta: number): TokenWeighting => ({
  kind: "preference",
  beta,
  margin: marginOf(pair),
  tokens: pair.chosen.tokens + pair.rejected.tokens,
});

/** Means over the pairs of a batch, as TRL's DPOTrainer reports them; a response's implicit reward is β ln (π / π_ref). */
export interface PreferenceStatistics {
  readonly pairs: number;
  readonly chosenReward: number;
  readonly rejectedReward: number;
  /** Share of pairs whose chosen response has the higher implicit reward. */
  readonly accuracy: number;
  /** β m. */
  readonly margin: number;
  /** Σ_t ln π of the chosen and of the rejected response, in nats. */
  readonly chosenLogprob: number;
  readonly rejectedLogprob: number;
}

/** Null without pairs. */
export function preferenceStatistics(pairs: readonly PairScore[], beta: number): PreferenceStatistics | null {
  if (pairs.length === 0) return null;
  const mean = (of: (pair: PairScore) => number) => sum(pairs.map(of)) / pairs.length;
  return {
    pairs: pairs.length,
    chosenReward: mean(({ chosen }) => beta * gain(chosen)),
    rejectedReward: mean(({ rejected }) => beta * gain(rejected)),
    accuracy: mean((pair) => (marginOf(pair) > 0 ? 1 : 0)),
    margin: mean((pair) => beta * marginOf(pair)),
    chosenLogprob: mean(({ chosen }) => chosen.logprob),
    rejectedLogprob: mean(({ rejected }) => rejected.logprob),
  };
}

const gain = ({ logprob, reference }: ResponseScore): number => logprob - reference;

const sum = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
};
