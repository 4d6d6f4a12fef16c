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
export function formatOf(record: unknown): TaskFormat | null {
  if (!isObject(record)) return null;
  return taskFormats.find(({ fields }) => fields.every((field) => field in record)) ?? null;
}

/** Reads a record of any kind. */
export function readRecord(record: unknown, registry: VerifierRegistry): Reading<Task> {
  const format = formatOf(record);
  if (format) return format.read(record as Fields, registry);
  const kinds = taskFormats.map(({ fields, name }) => `${fields.join(" and ")} (${name})`);
  const what = isObject(record) ? `it has none of the fields ${kinds.join(", ")}` : "it is no JSON object";
  return {
    faults: [{ field: "", what, cure: "Give records of one of these kinds; docs/tasks.md shows them" }],
  };
}

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
