import { HerlError } from "../../errors";
import { rubricReward } from "../../herl/reward";
import { gradeByCode } from "../../rubric/code_grader";
import { englishRegistry } from "../../rubric/verifiers/registry";
import { parseTaskFile } from "../../worlds/task_file";
import type { Command } from "../arguments";
import { readLines, readText, toLines, writeBytes } from "../files";

interface Response {
  readonly key: string | number;
  readonly response: string;
}

const follows = { satisfied: true, unmet: false, unknown: null } as const;

export const grade: Command = {
  name: "grade",
  summary: 'Grades responses by code: {"key","response"} → {"key","follow":[true|false|null, …],"reward"}.',
  options: {
    tasks: {
      type: "string",
      value: "FILE",
      required: true,
      description: "IFEval records, or our rubric records",
    },
    responses: { type: "string", value: "FILE", required: true, description: 'Lines of {"key","response"}' },
    out: { type: "string", value: "FILE", required: true, description: "JSON Lines out" },
  },
  notes: () => "null in `follow` means that an item could not be judged; `unknown` then gives the reasons.",
  run({ tasks, responses, out }) {
    const byKey = new Map(
      parseTaskFile(readText(tasks as string), englishRegistry).map((task) => [task.id, task]),
    );
    const lines = readLines<Response>(responses as string).map(({ key, response }) => {
      const task = byKey.get(String(key));
      if (!task)
        throw new HerlError(
          "TASK_INVALID",
          `No task has the key ${key}`,
          "Give responses the keys of the task file",
        );
      const verdicts = task.rubric.map((item) => gradeByCode(englishRegistry, item, String(response)));
      const unknown = verdicts.flatMap((verdict) => (verdict.status === "unknown" ? [verdict.reason] : []));
      return {
        key,
        follow: verdicts.map(({ status }) => follows[status]),
        reward: rubricReward(task.rubric, verdicts),
        ...(unknown.length > 0 && { unknown }),
      };
    });
    writeBytes(out as string, toLines(lines));
    return Promise.resolve();
  },
};
