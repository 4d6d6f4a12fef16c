import { HerlError } from "../errors";
import type { ModelFile } from "../policy/model_file";
import type { Task } from "../rubric/schema";
import { loadRegistry } from "../rubric/verifiers/all";
import type { VerifierRegistry } from "../rubric/verifiers/registry";
import type { RunConfig } from "../runs/config";
import { withSettings } from "../runs/settings";
import { fitTasks } from "../runs/task_fit";
import type { RunTasks } from "../runs/world";
import { readTaskFile } from "../worlds/task_file";
import { problemError, tellProblem } from "../worlds/task_files/problem";
import { hashTaskLines, taskLines } from "../worlds/task_lines";
import type { Option, Values } from "./arguments";
import { readText } from "./files";
import type { RunFolder } from "./run_folder";

/** Options of commands that take a task file. */
export const taskOptions = {
  tasks: {
    type: "string",
    value: "FILE",
    description: "IFEval, IFBench, MulDimIF, HealthBench or our own records; see docs/tasks.md",
  },
  "skip-bad-lines": {
    type: "boolean",
    description:
      "Leave out records of the task file that are faulty or too long for the model, and say which",
  },
} as const satisfies Record<string, Option>;

/** Tasks, with every verifier there is. */
export interface TaskList {
  readonly tasks: readonly Task[];
  readonly registry: VerifierRegistry;
}

/**
 * The tasks of `--tasks`. Throws the first problem of the file: TASK_INVALID or VERIFIER_UNKNOWN; with
 * `--skip-bad-lines` the others are read, and it throws only where there are none.
 */
export async function readTasks(values: Values): Promise<TaskList> {
  const registry = await loadRegistry();
  const { tasks, problems, skipped } = readTaskFile(readText(values["tasks"] as string), registry);
  if (problems.length === 0) return { tasks, registry };
  const error = problemError(problems[0]);
  if (tasks.length === 0) throw error;
  if (!values["skip-bad-lines"]) throw orSkip(error);
  leaveOut(problems.map(tellProblem), skipped);
  return { tasks, registry };
}

/**
 * The tasks that a model can take in a context of so many tokens. Throws CONTEXT_TOO_LONG naming those that it cannot;
 * with `--skip-bad-lines` they are left out.
 */
export function tasksFor(
  { tasks, registry }: TaskList,
  model: ModelFile,
  contextLength: number,
  values: Values,
): TaskList {
  const { fitting, misfits } = fitTasks(tasks, model, contextLength);
  if (misfits.length === 0) return { tasks, registry };
  const told = misfits.map(({ task, reason }) => `task ${task.id}: ${reason}`);
  if (!values["skip-bad-lines"] || fitting.length === 0) {
    const error = new HerlError(
      "CONTEXT_TOO_LONG",
      `${misfits.length} of ${tasks.length} tasks are not for this model; ${told[0]}`,
      "Shorten them, or choose a model with a longer context",
    );
    throw fitting.length === 0 ? error : orSkip(error);
  }
  leaveOut(told, misfits.length);
  return { tasks: fitting, registry };
}

/** A configuration that trains on `tasks`, and the tasks as its run keeps them. */
export function onTasks(
  config: RunConfig,
  { tasks, registry }: TaskList,
): { config: RunConfig; tasks: RunTasks } {
  const lines = taskLines(tasks);
  const settings = [
    ["world.source", "file"],
    ["world.tasks", hashTaskLines(lines)],
  ] as const;
  return { config: withSettings(config, settings), tasks: { lines, registry } };
}

/** The tasks that a run folder keeps; undefined for a run that has none. */
export async function tasksOf(folder: RunFolder): Promise<RunTasks | undefined> {
  const lines = folder.readTasks();
  return lines === null ? undefined : { lines, registry: await loadRegistry() };
}

const orSkip = ({ code, message, cure }: HerlError): HerlError =>
  new HerlError(code, message, `${cure}; or add --skip-bad-lines to leave such records out`);

const mostTold = 10;

function leaveOut(told: readonly string[], count: number): void {
  for (const line of told.slice(0, mostTold)) console.error(`left out: ${line}`);
  console.error(`${count} ${count === 1 ? "record" : "records"} left out`);
}
