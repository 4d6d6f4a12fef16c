import { gradeByCode } from "../../rubric/code_grader";
import type { RubricItem, Task, Verdict } from "../../rubric/schema";
import type { VerifierRegistry } from "../../rubric/verifiers/registry";
import type { Kwargs } from "../../rubric/verifiers/verifier";
import { readTaskFile } from "../../worlds/task_file";
import { own } from "../../worlds/task_files/own";
import type { Fault, Problem, Reading } from "../../worlds/task_files/problem";
import { hashTaskLines, readTaskLines, taskLines } from "../../worlds/task_lines";
import { describe, verifierList, type VerifierInfo } from "./verifier_list";

/** Tasks as they are kept and trained on. */
export interface PackedTasks {
  readonly tasks: readonly Task[];
  readonly lines: string;
  /** Of the lines. */
  readonly sha256: string;
  /** Items that code decides. */
  readonly code: number;
  readonly judged: number;
  /** Items that ask for a verifier that is not there, or cannot use its parameters: they will be `unknown`. */
  readonly undecidable: number;
}

/** What a file came to. */
export interface ImportedTasks extends PackedTasks {
  readonly problems: readonly Problem[];
  /** Records that are no tasks. */
  readonly skipped: number;
  /** Records by kind. */
  readonly kinds: readonly (readonly [kind: string, records: number])[];
}

/** Everything about tasks that takes a registry, or longer than a page may wait. */
export interface TaskWork {
  read(text: string): ImportedTasks;
  pack(tasks: readonly Task[]): PackedTasks;
  unpack(lines: string): PackedTasks;
  verifiers(): VerifierInfo[];
  /** The task that a record is, or what is wrong with it, field by field. */
  check(record: unknown): { readonly task: Task } | { readonly faults: readonly Fault[] };
  /** By response and item. Items for a judge are `unknown`. */
  grade(items: readonly RubricItem[], responses: readonly string[]): Verdict[][];
  /** A verifier's rule in words; null for one that is not there, or parameters that it rejects. */
  describe(verifier: string, kwargs: Kwargs): string | null;
}

export function taskWork(registry: VerifierRegistry): TaskWork {
  const isDecidable = ({ check }: RubricItem) =>
    check.by === "judge" || registry.get(check.verifier)?.validateKwargs(check.kwargs) === null;
  const pack = (tasks: readonly Task[]): PackedTasks => {
    const lines = taskLines(tasks);
    const items = tasks.flatMap(({ rubric }) => rubric);
    const judged = items.filter(({ check }) => check.by === "judge").length;
    return {
      ...{ tasks, lines, sha256: hashTaskLines(lines), code: items.length - judged, judged },
      undecidable: items.filter((item) => !isDecidable(item)).length,
    };
  };
  return {
    pack,
    unpack: (lines) => pack(readTaskLines(lines)),
    read(text) {
      const { tasks, problems, skipped, kinds } = readTaskFile(text, registry);
      return { ...pack(tasks), problems, skipped, kinds: [...kinds] };
    },
    verifiers: () => verifierList(registry),
    check(record) {
      const reading: Reading<Task> = own.read(record as Record<string, unknown>, registry);
      return "value" in reading ? { task: reading.value } : reading;
    },
    grade: (items, responses) =>
      responses.map((response) => items.map((item) => gradeByCode(registry, item, response))),
    describe(id, kwargs) {
      const verifier = registry.get(id);
      return verifier ? describe(verifier, kwargs) : null;
    },
  };
}
