import type { Task } from "../rubric/schema";
import type { VerifierRegistry } from "../rubric/verifiers/registry";
import { formatOf, readRecord } from "./task_files/formats";
import { problemError, type Fault, type Problem, type Reading } from "./task_files/problem";
import { rawRecords } from "./task_files/records";

/** The longest file that is read, in characters. */
export const longestTaskFile = 50_000_000;

/** So many problems are told, and after so many bad records nothing more is read. */
const mostProblems = 1000;
const mostBadRecords = 100_000;

/** What a file of tasks holds. */
export interface TaskFileReading {
  /** In the file's order; a task's id is its record's key. */
  readonly tasks: Task[];
  /** What keeps other records from being tasks, by line; the first thousand. */
  readonly problems: Problem[];
  /** Records that are no tasks. */
  readonly skipped: number;
  /** Records by kind, those of no kind apart. */
  readonly kinds: ReadonlyMap<string, number>;
}

/**
 * Reads a file of tasks: JSON Lines, a JSON list, or a document `{"tasks": […]}`, with records of any kind in
 * `task_files/formats.ts`. Every good record becomes a task; every bad one is told with its line, its field and a
 * cure. Never throws, whatever the text.
 */
export function readTaskFile(text: string, registry: VerifierRegistry): TaskFileReading {
  const tasks = new Map<string, Task>();
  const problems: Problem[] = [];
  const kinds = new Map<string, number>();
  let skipped = 0;
  const tell = (line: number, faults: readonly Fault[]) => {
    for (const fault of faults) if (problems.length < mostProblems) problems.push({ line, ...fault });
  };
  if (text.length > longestTaskFile) {
    tell(0, [tooLong(text.length)]);
    return { tasks: [], problems, skipped, kinds };
  }
  for (const { line, json } of rawRecords(text.replace(/^\ufeff/, ""))) {
    const kind = "value" in json ? formatOf(json.value)?.name : undefined;
    if (kind !== undefined) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const reading = "value" in json ? withoutRepeat(readRecord(json.value, registry), tasks) : json;
    if ("value" in reading) tasks.set(reading.value.id, reading.value);
    else {
      tell(line, reading.faults);
      if (++skipped === mostBadRecords) break;
    }
  }
  if (tasks.size === 0 && problems.length === 0) tell(0, [noTask]);
  return { tasks: [...tasks.values()], problems, skipped, kinds };
}

/**
 * The tasks of a file in which every record is one. Throws the first problem otherwise: TASK_INVALID, naming line and
 * field, or VERIFIER_UNKNOWN for a rubric that asks for a verifier that is not in the registry.
 */
export function parseTaskFile(text: string, registry: VerifierRegistry): Task[] {
  const { tasks, problems } = readTaskFile(text, registry);
  if (problems.length > 0) throw problemError(problems[0]);
  return tasks;
}

/** The first task of a key stays. */
function withoutRepeat(reading: Reading<Task>, tasks: ReadonlyMap<string, Task>): Reading<Task> {
  if (!("value" in reading) || !tasks.has(reading.value.id)) return reading;
  const what = `${reading.value.id} occurs twice`;
  return { faults: [{ field: "key", what, cure: "Give each task its own key" }] };
}

const noTask: Fault = { field: "", what: "The file holds no task", cure: "Give one JSON object a line" };
const tooLong = (length: number): Fault => ({
  field: "",
  what: `The file has ${length} characters; at most ${longestTaskFile} are read`,
  cure: "Split it into several files",
});
