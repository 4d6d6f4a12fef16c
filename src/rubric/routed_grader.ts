import type { Grader } from "./grader";
import type { Judge } from "./judge/judge";

/**
 * A grader that has code items decided by `code` and all judged items of a response by `judge`, asked once. Without
 * a judge the judged items stay `unknown`, as `code` says. Rejects as the judge does.
 */
export function routedGrader(code: Grader, judge: Judge | null): Grader {
  if (!judge) return code;
  return {
    async grade(task, response, signal) {
      const verdicts = [...(await code.grade(task, response, signal))];
      const judged = task.rubric.flatMap(({ check }, i) => (check.by === "judge" ? [i] : []));
      if (judged.length === 0) return verdicts;
      const items = judged.map((i) => task.rubric[i]);
      const answers = await judge.judge({ instruction: task.prompt, response, items }, signal);
      judged.forEach((i, j) => (verdicts[i] = answers[j]));
      return verdicts;
    },
  };
}
