import { strategies, type Attempt, type Strategy } from "../../herl/explore/attempt";
import { explore as search } from "../../herl/explore/explore";
import { summarizeSearches, type AtBudget } from "../../herl/explore/summary";
import { integer, type Command } from "../arguments";
import { toLines, writeBytes } from "../files";
import { judgeLine } from "../judge";
import { attemptRecord, oneOf, openSearch, searchOptions, tellProgress } from "../search";

export const explore: Command = {
  name: "explore",
  summary:
    "Searches for responses that pass, K for each task: stochastic (independent samples), entropy (forks at the tokens\nof highest entropy of the best response so far) or guided (revises the best failure so far with what it missed).",
  options: {
    ...searchOptions,
    strategy: {
      type: "string",
      value: `${strategies.join("|")}|all`,
      default: "all",
      description: "How to search",
    },
    k: { type: "string", value: "K", default: "8", description: "Responses per task" },
  },
  notes: () =>
    "Each task's line has the reward of each attempt in order. guided stops at the first that passes; PassRate@k is the\nshare of tasks with any pass among k responses, whether they were needed or not. Costs are told as generated, and up\nto the first pass.",
  async run(values) {
    const chosen = oneOf(values, "strategy", [...strategies, "all"])!;
    const attempts = integer(values, "k", { min: 1 });
    const { explorer, tasks, key, sampling, judge } = await openSearch(values);
    const lines: unknown[] = [];
    for (const strategy of chosen === "all" ? strategies : [chosen]) {
      const onAttempt = tellProgress(strategy, tasks.length * attempts);
      const searches = await search(explorer, tasks, key, { ...sampling, strategy, attempts, onAttempt });
      lines.push(...searches.map((own, i) => searchLine(tasks[i].id, strategy, own)));
      for (const row of summarizeSearches(searches, attempts)) console.log(summaryLine(strategy, row));
    }
    writeBytes(values["out"] as string, toLines(lines));
    if (judge) console.error(judgeLine(judge.counters));
  },
};

const searchLine = (key: string, strategy: Strategy, attempts: readonly Attempt[]) => ({
  ...{ key, strategy },
  rewards: attempts.map(({ reward }) => reward),
  attempts: attempts.map(attemptRecord),
});

function summaryLine(
  strategy: Strategy,
  { k, passRate, bestReward, generated, untilPass }: AtBudget,
): string {
  const { share, low, high } = passRate;
  const told = (value: number | null) => value?.toFixed(3) ?? "–";
  return [
    `${strategy.padEnd(10)} PassRate@${k} ${told(share)} (${told(low)} to ${told(high)})`,
    `best reward ${told(bestReward)}`,
    `generated ${generated.responses} responses, ${generated.newTokens} tokens`,
    `until a pass ${untilPass.responses} responses, ${untilPass.newTokens} tokens`,
  ].join("  ");
}
