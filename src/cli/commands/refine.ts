import { refine as improve, type RefinementRound } from "../../herl/explore/refine";
import { integer, type Command } from "../arguments";
import { toLines, writeBytes } from "../files";
import { judgeLine } from "../judge";
import { attemptRecord, openSearch, searchOptions, tellProgress } from "../search";

export const refine: Command = {
  name: "refine",
  summary:
    "Self-improvement at test time: round 1 answers each task, every further round revises what still fails with what it\nmissed and keeps the best. Beside it Pass@k with as many independent samples.",
  options: {
    ...searchOptions,
    rounds: { type: "string", value: "R", default: "4", description: "Rounds, and samples beside them" },
  },
  notes: () =>
    "Lines of kind `round` have the numbers of a round; lines of kind `task` the rewards and responses of a task,\nrefined and sampled.",
  async run(values) {
    const rounds = integer(values, "rounds", { min: 1 });
    const { explorer, tasks, key, sampling, judge } = await openSearch(values);
    const onAttempt = tellProgress("refine", 2 * tasks.length * rounds);
    const result = await improve(explorer, tasks, key, { ...sampling, rounds, onAttempt });
    const lines = tasks.map(({ id }, i) => ({
      ...{ kind: "task", key: id },
      rewards: result.refined[i].map(({ reward }) => reward),
      refined: result.refined[i].map(attemptRecord),
      sampled: result.sampled[i].map(attemptRecord),
    }));
    writeBytes(values["out"] as string, toLines([...result.rounds.map(roundRecord), ...lines]));
    for (const round of result.rounds) console.log(roundLine(round));
    if (judge) console.error(judgeLine(judge.counters));
  },
};

const roundRecord = ({ round, tried, newest, reward, allMet, cost, sampling }: RefinementRound) => ({
  ...{ kind: "round", round, tried, newest_reward: newest, reward, all_met: allMet.share },
  ...{ responses: cost.responses, new_tokens: cost.newTokens, prompt_tokens: cost.promptTokens },
  pass_at_k: sampling.passAtK.mean,
  best_of_k: sampling.reward,
  sampled_responses: sampling.cost.responses,
  sampled_new_tokens: sampling.cost.newTokens,
});

function roundLine({ round, reward, allMet, cost, sampling }: RefinementRound): string {
  const told = (value: number | null) => value?.toFixed(3) ?? "–";
  return [
    `round ${round}  all met ${told(allMet.share)} (${told(allMet.low)} to ${told(allMet.high)})`,
    `reward ${told(reward)}  ${cost.responses} responses, ${cost.newTokens} tokens`,
    `sampling: Pass@${round} ${told(sampling.passAtK.mean)}, best reward ${told(sampling.reward)}`,
  ].join("  ");
}
