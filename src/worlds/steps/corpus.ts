import type { RandomStream } from "../../kernels/random/random";
import type { ChatMessage } from "../../policy/chat_message";
import { gradeByCode } from "../../rubric/code_grader";
import type { Task, Verdict } from "../../rubric/schema";
import { revisionMessages } from "../pocket/revision";
import type { StepsConfig } from "./config";
import { tellProblem, type Problem } from "./problem";
import { solve, tellSteps, type Step, type StepKind } from "./solution";
import { drawPretrainingProblem, makeStepsTask } from "./tasks";
import { stepsRegistry } from "./verifiers";

/** A drawn conversation of the pre-training corpus, and what can answer it. */
export interface StepsPrompt {
  readonly kind: "answer" | "revision";
  readonly messages: readonly ChatMessage[];
  readonly problem: Problem;
  /** The draft that is to be revised; null where a plain solution is asked for. */
  readonly draft: readonly Step[] | null;
  respond(stream: RandomStream): { readonly response: string; readonly steps: readonly Step[] };
}

/** Decides of each step, by its place and its kind, whether it is made right. */
type Decision = (step: number, kind: StepKind) => boolean;

/**
 * A drawn conversation. It asks for a plain solution, in which each step is made right with its kind's rate, or for the
 * revision of a draft, in which each wrong step is mended, and each right one kept, with the configured probabilities.
 * Half of the revisions are told every checkpoint that their draft misses, half only that the answer is wrong.
 */
export function stepsPrompt(stream: RandomStream, config: StepsConfig): StepsPrompt {
  const problem = drawPretrainingProblem(stream);
  const answer = (decides: Decision) => {
    const steps = solve(problem, decides);
    return { response: tellSteps(steps), steps };
  };
  if (!stream.chance(config.revisionShare)) {
    return {
      ...{ kind: "answer", problem, draft: null },
      messages: [{ role: "user", content: tellProblem(problem) }],
      respond: (from) => answer((_, kind) => from.chance(config.rates[kind])),
    };
  }
  const task = makeStepsTask("steps:pretraining", problem, stream.chance(0.5) ? "checkpoints" : "answer");
  const { draft, verdicts } = drawDraft(stream, problem, task, config);
  return {
    ...{ kind: "revision", problem, draft },
    messages: revisionMessages(task, tellSteps(draft), verdicts, "list"),
    respond: (from) => answer((step) => from.chance(draft[step].correct ? config.keep : config.fix)),
  };
}

/** A draft that misses something, as a plain solution does or with another rate of right steps. */
function drawDraft(
  stream: RandomStream,
  problem: Problem,
  task: Task,
  config: StepsConfig,
): { readonly draft: readonly Step[]; readonly verdicts: readonly Verdict[] } {
  for (;;) {
    const rate = stream.chance(config.betterDraftShare) ? stream.unit() : null;
    const draft = solve(problem, (_, kind) => stream.chance(rate ?? config.rates[kind]));
    const verdicts = task.rubric.map((item) => gradeByCode(stepsRegistry, item, tellSteps(draft)));
    if (verdicts.some(({ status }) => status === "unmet")) return { draft, verdicts };
  }
}
