import { HerlError } from "../errors";
import { codeGrader } from "../rubric/code_grader";
import type { Grader } from "../rubric/grader";
import type { Judge } from "../rubric/judge/judge";
import type { JudgeClock } from "../rubric/judge/judge_clock";
import type { Judgements } from "../rubric/judge/judgements";
import { routedGrader } from "../rubric/routed_grader";
import type { SegmentScorer } from "../herl/process";
import type { RunConfig } from "./config";
import type { World } from "./world";

/** How a judge is reached from where a run is opened. */
export interface JudgeAccess {
  /** The key for the server at an address; null without one. It is asked for at each call and kept nowhere else. */
  readonly key: (url: string) => string | null;
  readonly fetch: typeof fetch;
  /** Another clock than the machine's, for tests. */
  readonly clock?: JudgeClock;
}

/** For runs that are only repeated: what the record does not hold is not asked. */
export const recordOnly: JudgeAccess = {
  key: () => null,
  fetch: () =>
    Promise.reject(
      new HerlError(
        "JUDGE_DOWN",
        "The record holds no verdict on this response, and a repeated run asks no judge",
        "The run was made by another version of the code, or its judgements.jsonl is not complete",
      ),
    ),
};

/** A run's grader and scorer, and the judge in them if they have one. */
export interface OpenGrader {
  readonly grader: Grader;
  readonly judge: Judge | null;
  /** Absent where the world has no reference solutions, and where nobody could hold responses against them. */
  readonly scorer?: SegmentScorer;
}

/** A run that has a judge and asks for scores has the judge give them; else it is the world's code. */
const isScoredByJudge = ({ judge, process }: Pick<RunConfig, "judge" | "process">): boolean =>
  process.scores !== "none" && judge.url !== "";

/**
 * The grader and the scorer of a run on `world`. Rejects with JUDGE_MISSING where items are for a judge and there is none. What
 * its judge answers is looked up and kept in `judgements`.
 */
export async function openGrader(
  run: Pick<RunConfig, "judge" | "process">,
  world: Pick<World, "registry" | "hasJudged" | "references" | "scorer">,
  judgements: Judgements,
  access: JudgeAccess,
): Promise<OpenGrader> {
  const { judge: config } = run;
  const { registry, hasJudged, scorer } = world;
  const code = codeGrader(registry);
  if (!hasJudged && !isScoredByJudge(run)) return { grader: code, judge: null, scorer };
  if (config.url === "") {
    throw new HerlError(
      "JUDGE_MISSING",
      "Some items of this run are for a judge, and it has none",
      "Give the address of an OpenAI-compatible server as judge.url, and its model as judge.model",
    );
  }
  // Loaded when a run has a judge: most have none.
  const { httpJudge } = await import("../rubric/judge/http_judge");
  const judge = httpJudge({ config, judgements, ...access });
  const { judgeScorer } = await import("./judge_scorer");
  return {
    grader: hasJudged ? routedGrader(code, judge) : code,
    judge,
    scorer: isScoredByJudge(run) ? judgeScorer(judge, judgements, config, world) : scorer,
  };
}
