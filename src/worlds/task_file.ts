import { z } from "zod";
import { HerlError } from "../errors";
import { describeIssue, rubricRecord } from "../rubric/rubric_record";
import type { RubricItem, Task } from "../rubric/schema";
import type { VerifierRegistry } from "../rubric/verifiers/registry";
import type { Kwargs } from "../rubric/verifiers/verifier";

/**
 * Files of tasks: UTF-8, one JSON object a line, of two kinds that may be mixed.
 *
 * - IFEval's: `{"key": 1000, "prompt": "…", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}`. An
 *   instruction that no verifier knows, or whose parameters its verifier rejects, stays: it is graded `unknown`.
 * - Rubrics: `{"key": "a", "prompt": "…", "rubric": [{"text": "…", "weight": 1, "polarity": "want", "check": {"by":
 *   "judge"}}]}`, see `rubricItemRecord`. These are written by hand, so that an unknown verifier is an error here.
 *
 * Other fields are ignored.
 */
const key = z.union([z.string().min(1), z.int()]).transform(String);

const ifevalRecord = z.object({
  key,
  prompt: z.string().min(1),
  instruction_id_list: z.array(z.string().min(1)).min(1),
  kwargs: z.array(z.record(z.string(), z.unknown()).nullable()),
});

const ownRecord = z.object({ key, prompt: z.string().min(1), rubric: rubricRecord });

/**
 * The tasks of a file, in its order; a task's id is its record's key. Blank lines are skipped. Throws TASK_INVALID,
 * naming the line and the field, for what is no such record, for a key that occurs twice and for a file without
 * tasks; VERIFIER_UNKNOWN for a rubric that asks for a verifier that is not in the registry.
 */
export function parseTaskFile(text: string, registry: VerifierRegistry): Task[] {
  const tasks = new Map<string, Task>();
  text
    .replace(/^\ufeff/, "")
    .split("\n")
    .forEach((line, index) => {
      if (line.trim() === "") return;
      const task = parseTask(line, index + 1, registry);
      if (tasks.has(task.id))
        throw invalid(index + 1, `key: ${task.id} occurs twice`, "Give each task its own key.");
      tasks.set(task.id, task);
    });
  if (tasks.size > 0) return [...tasks.values()];
  throw new HerlError("TASK_INVALID", "The file holds no task.", "Give one JSON object a line.");
}

function parseTask(line: string, number: number, registry: VerifierRegistry): Task {
  const record = parseLine(line, number);
  const has = (field: string): boolean => typeof record === "object" && record !== null && field in record;
  if (has("instruction_id_list")) return fromIfeval(parse(ifevalRecord, record, number), number, registry);
  if (has("rubric")) return fromOwn(parse(ownRecord, record, number), number, registry);
  throw invalid(
    number,
    "it has neither instruction_id_list nor rubric",
    "Give IFEval records (key, prompt, instruction_id_list, kwargs) or rubric records (key, prompt, rubric).",
  );
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw invalid(number, "it is not JSON", "Give one JSON object a line.");
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, record: unknown, number: number): z.infer<Schema> {
  const parsed = schema.safeParse(record);
  if (parsed.success) return parsed.data;
  throw invalid(number, describeIssue(parsed.error), "Correct this field.");
}

function fromIfeval(
  { key, prompt, instruction_id_list, kwargs }: z.infer<typeof ifevalRecord>,
  number: number,
  registry: VerifierRegistry,
): Task {
  if (kwargs.length !== instruction_id_list.length) {
    throw invalid(
      number,
      `kwargs: ${kwargs.length} entries for ${instruction_id_list.length} instructions`,
      "Give one object an instruction, {} where it has no parameters.",
    );
  }
  const rubric = instruction_id_list.map((verifier, index): RubricItem => {
    // Some copies of the data list every parameter there is, null where it does not apply.
    const given = Object.fromEntries(
      Object.entries(kwargs[index] ?? {}).filter(([, value]) => value !== null),
    );
    const text = describeInstruction(verifier, given, registry);
    return { text, weight: 1, polarity: "want", check: { by: "code", verifier, kwargs: given } };
  });
  return { id: key, prompt, rubric };
}

/** The verifier's own sentence, or the bare id and parameters where there is none. */
function describeInstruction(id: string, kwargs: Kwargs, registry: VerifierRegistry): string {
  const verifier = registry.get(id);
  if (verifier !== undefined && verifier.validateKwargs(kwargs) === null) return verifier.describe(kwargs);
  return Object.keys(kwargs).length === 0
    ? `The response follows ${id}.`
    : `The response follows ${id} with ${JSON.stringify(kwargs)}.`;
}

function fromOwn(
  { key, prompt, rubric }: z.infer<typeof ownRecord>,
  number: number,
  registry: VerifierRegistry,
): Task {
  rubric.forEach(({ check }, index) => {
    if (check.by === "judge") return;
    const verifier = registry.get(check.verifier);
    if (verifier === undefined) {
      throw new HerlError(
        "VERIFIER_UNKNOWN",
        `Line ${number}, rubric.${index}.check.verifier: no verifier is called ${check.verifier}.`,
        `Use one of ${[...registry.keys()].join(", ")}, or let a judge decide: {"by": "judge"}.`,
      );
    }
    const problem = verifier.validateKwargs(check.kwargs);
    if (problem !== null) {
      throw invalid(
        number,
        `rubric.${index}.check.kwargs.${problem}`,
        `Give the parameters of ${check.verifier}.`,
      );
    }
  });
  return { id: key, prompt, rubric };
}

const invalid = (line: number, problem: string, cure: string): HerlError =>
  new HerlError("TASK_INVALID", `Line ${line} is no task: ${problem}.`, cure);
