import type { ModelFile } from "../policy/model_file";
import type { JudgeRequest } from "../rubric/judge/judge";
import type { JudgeConfig } from "../rubric/judge/judge_config";
import { memoryJudgements } from "../rubric/judge/judgements";
import type { Verdict } from "../rubric/schema";
import { readTaskLines } from "../worlds/task_lines";
import type { JudgeAccess } from "./open_grader";
import type { PlainError } from "../errors";
import { orProblem } from "./or_problem";
import type { RunStore } from "./store";
import { fitTasks, trainingContext } from "./task_fit";
import type { TaskFileSummary } from "./task_store";

/** A task file as the page keeps it: its tasks are lines as `taskLines` writes them. */
export interface TaskFile extends TaskFileSummary {
  readonly lines: string;
}

/** Which tasks a model can be trained on. */
export interface TaskFit {
  /** Of the model in training, in tokens. */
  readonly contextLength: number;
  /** Tasks that it cannot take, and why. */
  readonly misfits: readonly { readonly id: string; readonly reason: string }[];
}

/** What the page asks about task files. None of it touches the run that is open. */
export interface TaskCommands {
  listTaskFiles(): Promise<readonly TaskFileSummary[]>;
  /** The lines of a file; null where it is not there. */
  taskLines(sha256: string): Promise<string | null>;
  /** Keeps a file in this browser, in place of `replaced`. Resolves with what went wrong, or null. */
  saveTaskFile(file: TaskFile, replaced?: string): Promise<PlainError | null>;
  deleteTaskFile(sha256: string): Promise<void>;
  fitTasks(lines: string, model: string): Promise<TaskFit>;
  /** A judge's verdicts on responses, item by item, outside any run; or the error of a judge that did not answer. */
  judgeNow(
    config: JudgeConfig,
    requests: readonly JudgeRequest[],
  ): Promise<{ readonly verdicts: readonly (readonly Verdict[])[] } | { readonly problem: PlainError }>;
}

export interface TaskEnvironment {
  readonly store: Promise<RunStore | null>;
  readonly judge: JudgeAccess;
  model(name: string): Promise<ModelFile>;
  /** SHA-256 of the tasks of the open run, which must not be swept away. */
  inUse(): string | undefined;
}

export function taskCommands({ store, judge, model, inUse }: TaskEnvironment): TaskCommands {
  const tasks = async () => (await store)?.tasks ?? null;
  // Within one page the same question is asked once.
  const judgements = memoryJudgements();
  return {
    listTaskFiles: async () => (await tasks())?.list() ?? [],
    taskLines: async (sha256) => (await tasks())?.lines(sha256) ?? null,
    async saveTaskFile({ lines, ...file }, replaced) {
      const kept = await tasks();
      if (!kept) return nothingStored;
      const done = await orProblem(async () => {
        await kept.save(file, lines, { replaced, inUse: inUse() });
        return {};
      });
      return "problem" in done ? done.problem : null;
    },
    deleteTaskFile: async (sha256) => (await tasks())?.delete(sha256, inUse()),
    async fitTasks(lines, name) {
      const file = await model(name);
      const contextLength = trainingContext(file);
      const { misfits } = fitTasks(readTaskLines(lines), file, contextLength);
      return { contextLength, misfits: misfits.map(({ task, reason }) => ({ id: task.id, reason })) };
    },
    async judgeNow(config, requests) {
      if (config.url === "") return { problem: noJudge };
      return orProblem(async () => {
        const { httpJudge } = await import("../rubric/judge/http_judge");
        const asked = httpJudge({ config, judgements, ...judge });
        return { verdicts: await Promise.all(requests.map((request) => asked.judge(request))) };
      });
    },
  };
}

const nothingStored: PlainError = {
  code: "STORE_REFUSED",
  message: "The browser does not let this page store anything",
  cure: "The tasks stay until the tab is closed; export what you want to keep",
};

const noJudge: PlainError = {
  code: "JUDGE_MISSING",
  message: "Some items are for a judge, and none is set",
  cure: "Give the address of an OpenAI-compatible server as judge.url, and its model as judge.model",
};
