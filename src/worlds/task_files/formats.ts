import type { Task } from "../../rubric/schema";
import type { VerifierRegistry } from "../../rubric/verifiers/registry";
import type { Fields, TaskFormat } from "./format";
import { healthBench } from "./health_bench";
import { ifeval } from "./ifeval";
import { muldimif } from "./muldimif";
import { own } from "./own";
import type { Reading } from "./problem";

/** Every kind of record, by what tells it apart; kinds may be mixed in one file. */
export const taskFormats: readonly TaskFormat[] = [ifeval, muldimif, healthBench, own];

/** The kind of a record; null for one that is none of them. */
export const detectFormat = (record: Fields): TaskFormat | null =>
  taskFormats.find(({ fields }) => fields.every((field) => field in record)) ?? null;

/** Reads a record of any kind. */
export function readRecord(record: unknown, registry: VerifierRegistry): Reading<Task> {
  const isObject = typeof record === "object" && record !== null && !Array.isArray(record);
  const format = isObject ? detectFormat(record as Fields) : null;
  if (format) return format.read(record as Fields, registry);
  const kinds = taskFormats.map(({ fields, name }) => `${fields.join(" and ")} (${name})`);
  const what = isObject ? `it has none of the fields ${kinds.join(", ")}` : "it is no JSON object";
  return {
    faults: [{ field: "", what, cure: "Give records of one of these kinds; docs/tasks.md shows them" }],
  };
}
