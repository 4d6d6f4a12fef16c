import { rate, type Rate } from "../../analysis/intervals";
import { meanOrNull } from "../../analysis/mean";
import { hasPassed } from "../group";
import type { Attempt } from "./attempt";

/** What a search cost, summed over its instructions. */
export interface SearchCost {
  readonly responses: number;
  /** Tokens that the policy wrote. */
  readonly newTokens: number;
  /** Tokens that it read before them: a fork's kept prefix and a revision's longer prompt count here. */
  readonly promptTokens: number;
}

/** What a strategy found with at most k responses per instruction. */
export interface AtBudget {
  readonly k: number;
  /**
   * PassRate@k: instructions with any passing response among the first k, with Wilson's interval. Instructions none of
   * whose responses could be graded are left out.
   */
  readonly passRate: Rate;
  /** Mean over instructions of the best reward among the first k; null where nothing was graded. */
  readonly bestReward: number | null;
  /** Of the first k attempts, as they were made. */
  readonly generated: SearchCost;
  /** Of those up to the first that passed: all that whoever stops there would have paid. */
  readonly untilPass: SearchCost;
}

/** One row for each budget from 1 to `k`. A search that ended early keeps what it had found. */
export const summarizeSearches = (searches: readonly (readonly Attempt[])[], k: number): AtBudget[] =>
  Array.from({ length: k }, (_, i) => atBudget(searches, i + 1));

function atBudget(searches: readonly (readonly Attempt[])[], k: number): AtBudget {
  const first = searches.map((attempts) => attempts.slice(0, k));
  const best = first.flatMap((attempts) => {
    const rewards = attempts.flatMap(({ reward }) => (reward === null ? [] : [reward]));
    return rewards.length === 0 ? [] : [Math.max(...rewards)];
  });
  return {
    k,
    passRate: rate(first.filter((attempts) => attempts.some(hasPassed)).length, best.length),
    bestReward: meanOrNull(best),
    generated: costOf(first.flat()),
    untilPass: costOf(first.flatMap(untilPass)),
  };
}

/** The attempts up to the first that passed; all of them where none did. */
function untilPass(attempts: readonly Attempt[]): readonly Attempt[] {
  const passed = attempts.findIndex(hasPassed);
  return passed < 0 ? attempts : attempts.slice(0, passed + 1);
}

const costOf = (attempts: readonly Attempt[]): SearchCost => ({
  responses: attempts.length,
  newTokens: attempts.reduce((sum, { newTokens }) => sum + newTokens, 0),
  promptTokens: attempts.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
});
