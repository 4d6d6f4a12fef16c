import type { Task } from "../../rubric/schema";
import type { VerifierRegistry } from "../../rubric/verifiers/registry";
import type { Reading } from "./problem";

/** A record as JSON has it. */
export type Fields = Readonly<Record<string, unknown>>;

/** One kind of record. */
export interface TaskFormat {
  readonly name: string;
  /** The fields that tell it from the other kinds. */
  readonly fields: readonly string[];
  read(record: Fields, registry: VerifierRegistry): Reading<Task>;
}
