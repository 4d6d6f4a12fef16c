import { HerlError } from "../../errors";
import { rubricReward } from "../../herl/reward";
import { codeGrader } from "../../rubric/code_grader";
import { gradeLoosely, looseVariants } from "../../rubric/loose";
import { instructionReport, reportText, type GradedPrompt } from "../../rubric/report";
import { routedGrader } from "../../rubric/routed_grader";
import type { RubricItem, Task, Verdict } from "../../rubric/schema";
import { loadRegistry } from "../../rubric/verifiers/all";
import type { VerifierRegistry } from "../../rubric/verifiers/registry";
import { parseTaskFile } from "../../worlds/task_file";
import type { Command } from "../arguments";
import { readLines, readText, toLines, writeBytes } from "../files";
import { judgeLine, judgeOptions, openJudge } from "../judge";

interface Response {
  readonly key: string | number;
  readonly response: string;
}

const follows = { satisfied: true, unmet: false, unknown: null } as const;
const followed = (verdicts: readonly Verdict[]): (boolean | null)[] =>
  verdicts.map(({ status }) => follows[status]);

export const grade: Command = {
  name: "grade",
  summary:
    'Grades responses by code and a judge: {"key","response"} → {"key","follow":[true|false|null, …],"reward"}.',
  options: {
    tasks: {
      type: "string",
      value: "FILE",
      required: true,
      description: "IFEval records, or our rubric records",
    },
    responses: { type: "string", value: "FILE", required: true, description: 'Lines of {"key","response"}' },
    out: { type: "string", value: "FILE", required: true, description: "JSON Lines out" },
    loose: { type: "boolean", description: 'Add "loose": the verdicts of loose grading' },
    report: { type: "string", value: "FILE", description: "Write the report as JSON too" },
    ...judgeOptions,
  },
  notes: () =>
    "null in `follow` means that an item could not be judged; `unknown` then gives the reasons. With --judge, `judged`\n" +
    "holds what the judge said item by item, and a judge that fails costs nothing: run the command again, and it goes\n" +
    "on with the answers that were kept (docs/judges.md). Where code decides every item, the report of IFEval is\n" +
    "printed: prompts and instructions followed, strictly and loosely, by id.",
  async run(values) {
    const { tasks, responses, out, loose, report } = values;
    const registry = await loadRegistry();
    const list = parseTaskFile(readText(tasks as string), registry);
    const byKey = new Map(list.map((task) => [task.id, task]));
    const reported = list.every((task) => task.rubric.every(({ check }) => check.by === "code"));
    const graded: GradedPrompt[] = [];
    const answers = readLines<Response>(responses as string).map(({ key, response }) => ({
      ...{ key, task: taskOf(byKey, key), text: String(response) },
    }));
    const judge = openJudge(values, out as string);
    const grader = routedGrader(codeGrader(registry), judge);
    const verdictsOf = await allEnded(answers.map(({ task, text }) => grader.grade(task, text)));
    if (judge) console.error(judgeLine(judge.counters));
    const lines = answers.map(({ key, task, text }, i) => {
      const verdicts = verdictsOf[i];
      const looseFollow = reported || loose ? gradeAllLoosely(registry, task.rubric, text, verdicts) : [];
      if (reported)
        graded.push({ ids: task.rubric.map(idOf), strict: followed(verdicts), loose: looseFollow });
      const unknown = verdicts.flatMap((verdict) => (verdict.status === "unknown" ? [verdict.reason] : []));
      return {
        key,
        follow: followed(verdicts),
        ...(loose && { loose: looseFollow }),
        reward: rubricReward(task.rubric, verdicts),
        ...(unknown.length > 0 && { unknown }),
        ...(judge && { judged: verdicts.map(judgedDetails) }),
      };
    });
    writeBytes(out as string, toLines(lines));
    if (!reported) return;
    const summary = instructionReport(graded);
    console.error(reportText(summary));
    if (report) writeBytes(report as string, `${JSON.stringify(summary, null, 2)}\n`);
  },
};

/** All values, or the first error after everything has ended: what a judge is still answering is kept. */
async function allEnded<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function taskOf(byKey: ReadonlyMap<string, Task>, key: string | number): Task {
  const task = byKey.get(String(key));
  if (task) return task;
  throw new HerlError(
    "TASK_INVALID",
    `No task has the key ${key}`,
    "Give responses the keys of the task file",
  );
}

/** An item whose rule is followed strictly is followed loosely too: only the others need the variants. */
function gradeAllLoosely(
  registry: VerifierRegistry,
  rubric: readonly RubricItem[],
  response: string,
  strict: readonly Verdict[],
): (boolean | null)[] {
  const settled = (index: number): boolean =>
    strict[index].status === (rubric[index].polarity === "want" ? "satisfied" : "unmet");
  const variants = rubric.every((_, index) => settled(index)) ? [] : looseVariants(response);
  return followed(
    rubric.map((item, index) => (settled(index) ? strict[index] : gradeLoosely(registry, item, variants))),
  );
}

/** What the judge said of an item; null where code decided. */
const judgedDetails = ({ by, reason, evidence, cached }: Verdict) =>
  by === "judge" ? { reason, evidence, cached } : null;

const idOf = ({ check }: RubricItem): string => (check.by === "code" ? check.verifier : "judge");
