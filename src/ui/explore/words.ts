import { itemChanges, type AttemptTreeData, type DrawnAttempt } from "../../figures/attempt_tree";
import { count, decimal } from "../../figures/format";
import type { Strategy } from "../../herl/explore/attempt";
import type { AtBudget } from "../../herl/explore/summary";
import { hasPassed } from "../../herl/group";
import type { SearchView, StrategyRates } from "../../runs/explore_commands";
import { tokenLabel } from "../text/token_pieces";

export const strategyNames: Readonly<Record<Strategy, string>> = {
  stochastic: "Stochastic",
  entropy: "Entropy search",
  guided: "Guided",
};

/** A search as its picture wants it. `vocabulary` has the printable text of every token. */
export const treeOf = (
  { strategy, attempts }: Pick<SearchView, "strategy" | "attempts">,
  vocabulary: readonly string[],
): AttemptTreeData => ({
  strategy,
  attempts: attempts.map(({ parent, fork, ids, verdicts, reward }): DrawnAttempt => ({
    ...{ parent, fork, tokens: ids.length, reward, passed: hasPassed({ reward }) },
    forced: fork === null ? null : tokenLabel(vocabulary[ids[fork]] ?? String(ids[fork])),
    items: verdicts.map(({ status }) => status),
  })),
});

/** What an attempt is, in a sentence or two. */
export function tellAttempt(search: SearchView, index: number, vocabulary: readonly string[]): string {
  const { parent, fork, ids, newTokens, promptTokens } = search.attempts[index];
  const cost = `${count(newTokens)} new ${newTokens === 1 ? "token" : "tokens"} after ${count(promptTokens)} that were read`;
  if (parent === null) return `Sampled from the instruction alone: ${cost}.`;
  if (fork !== null) {
    const forced = tokenLabel(vocabulary[ids[fork]] ?? String(ids[fork]));
    return `Forks attempt ${parent + 1} at its token ${fork + 1}, where “${forced}” was forced: ${cost}.`;
  }
  const changes = itemChanges(treeOf(search, vocabulary).attempts, index);
  const of = (kind: "gained" | "lost") => changes.filter((change) => change === kind).length;
  return `Revises attempt ${parent + 1} with what it missed, gains ${of("gained")} and loses ${of("lost")} items: ${cost}.`;
}

/** What a strategy found on one instruction. */
export function tellSearch({ attempts }: SearchView): string {
  const passed = attempts.findIndex(hasPassed);
  const rewards = attempts.flatMap(({ reward }) => (reward === null ? [] : [reward]));
  const tokens = attempts.reduce((sum, { newTokens }) => sum + newTokens, 0);
  const spent = `${attempts.length} ${attempts.length === 1 ? "response" : "responses"}, ${count(tokens)} new tokens`;
  if (passed >= 0) return `Attempt ${passed + 1} satisfies every item. ${spent}.`;
  const best = rewards.length === 0 ? "unknown" : decimal(Math.max(...rewards));
  return `None satisfies every item; best reward ${best}. ${spent}.`;
}

/** A strategy's row at its largest budget, per instruction. */
export function perInstruction({ rows, tasks }: StrategyRates): AtBudget & {
  readonly tokens: number;
  readonly tokensUntilPass: number;
  readonly responsesUntilPass: number;
} {
  const last = rows[rows.length - 1];
  return {
    ...last,
    tokens: last.generated.newTokens / tasks,
    tokensUntilPass: last.untilPass.newTokens / tasks,
    responsesUntilPass: last.untilPass.responses / tasks,
  };
}
