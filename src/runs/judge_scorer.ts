import { HerlError } from "../errors";
import type { SegmentScorer } from "../herl/process";
import { seedKey } from "../kernels/random/random";
import type { HttpJudge } from "../rubric/judge/http_judge";
import type { JudgeConfig } from "../rubric/judge/judge_config";
import type { Judgements } from "../rubric/judge/judgements";
import { scoreAsker, type ScoreQuestion } from "../rubric/judge/score";
import type { Task } from "../rubric/schema";
import type { World } from "./world";

/**
 * ExpRL's scores by a judge, which sees the task's first reference. Its answers are kept in `judgements`, so that a run
 * that is resumed or replayed asks nothing twice. Rejects with REFERENCES_MISSING for a task without a reference, and as
 * the judge does.
 */
export function judgeScorer(
  judge: Pick<HttpJudge, "complete">,
  judgements: Judgements,
  config: JudgeConfig,
  { references }: Pick<World, "references">,
): SegmentScorer {
  const askScore = scoreAsker(judge, judgements, config);
  const ask = (part: ScoreQuestion["part"], task: Task, text: string, signal?: AbortSignal) => {
    const [reference] = references(task, 1, seedKey(0));
    if (reference === undefined) {
      throw new HerlError(
        "REFERENCES_MISSING",
        `The task ${task.id} has no reference solution to score responses against`,
        "Add `reference` to the tasks of the file, or set process.scores to none",
      );
    }
    return askScore({ part, problem: task.prompt, reference, text }, signal);
  };
  return {
    segments: (task, segments, judged, signal) =>
      Promise.all(
        segments.map(async (segment, t) =>
          judged === "prefix"
            ? ask("beginning", task, segments.slice(0, t + 1).join("\n\n"), signal)
            : ask("step", task, segment, signal),
        ),
      ),
    outcome: async (task, response, signal) => ask("response", task, response, signal),
  };
}
