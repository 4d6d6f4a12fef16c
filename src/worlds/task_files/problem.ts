import type * as z from "../../zod";
import { HerlError } from "../../errors";

/** What is wrong with one field of a record. */
export interface Fault {
  /** For instance `rubric.0.weight`; empty when it is the record as a whole. */
  readonly field: string;
  readonly what: string;
  /** What to do about it, in the imperative. */
  readonly cure: string;
  readonly code?: "VERIFIER_UNKNOWN";
}

/** A fault with its place in the file. */
export interface Problem extends Fault {
  /** The line on which the record begins, from 1; 0 when it is the file as a whole. */
  readonly line: number;
}

/** What a record became: a task, or what keeps it from being one. */
export type Reading<T> = { readonly value: T } | { readonly faults: readonly Fault[] };

const seeFormats = "Correct the field; docs/tasks.md shows every format";

/** A record as its schema has it, or every fault that the schema finds. */
export function readAs<Schema extends z.ZodMiniType>(
  schema: Schema,
  record: unknown,
): Reading<z.infer<Schema>> {
  const parsed = schema.safeParse(record);
  if (parsed.success) return { value: parsed.data };
  return {
    faults: parsed.error.issues.map(({ path, message }) => ({
      field: path.join("."),
      what: sayPlainly(message),
      cure: seeFormats,
    })),
  };
}

/** A schema's message in plainer words, where it is about a field that is not there or holds nothing. */
export const sayPlainly = (message: string): string =>
  message
    .replace(/^Invalid input: expected (\w+), received undefined$/, "it is missing; expected $1")
    .replace(/^Too small: expected string to have >=1 characters$/, "it is empty")
    .replace(/^Invalid input: expected number, received NaN$/, "it is no number");

/** `Line 3, kwargs: 0 entries for 1 instruction`. */
export const tellProblem = ({ line, field, what }: Problem): string =>
  [[line > 0 && `Line ${line}`, field].filter(Boolean).join(", "), what].filter(Boolean).join(": ");

/** The problem as the error that stops a strict reader. */
export const problemError = (problem: Problem): HerlError =>
  new HerlError(problem.code ?? "TASK_INVALID", tellProblem(problem), problem.cure);
