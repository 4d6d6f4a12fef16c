import * as z from "../../zod";
import { rubricRecord } from "../../rubric/rubric_record";
import { writtenResponses, type RubricItem } from "../../rubric/schema";
import type { VerifierRegistry } from "../../rubric/verifiers/registry";
import type { TaskFormat } from "./format";
import { key } from "./key";
import { readAs, sayPlainly, type Fault } from "./problem";

export const ownRecord = z.object({
  key: key.check(z.describe("The task's name, unique in the file: text, or a whole number")),
  prompt: z
    .string()
    .check(z.minLength(1), z.describe("What the model is asked: the user's message, complete")),
  rubric: rubricRecord.check(z.describe("What a response is graded by, item by item")),
  reference: z
    .optional(z.string().check(z.minLength(1)))
    .check(z.describe("A good response: what SFT trains on, and what DPO prefers")),
  rejected: z
    .optional(z.string().check(z.minLength(1)))
    .check(z.describe("A response that DPO prefers the reference to")),
});

/**
 * Our own records: `{"key": "a", "prompt": "…", "rubric": [{"text": "…", "weight": 1, "polarity": "want", "check":
 * {"by": "judge"}}]}`. They are written by hand, so that a verifier that does not exist is a fault here.
 */
export const own: TaskFormat = {
  name: "our own",
  fields: ["rubric"],
  read(fields, registry) {
    const reading = readAs(ownRecord, fields);
    if ("faults" in reading) return reading;
    const { key, prompt, rubric } = reading.value;
    const faults = rubric.flatMap((item, index) => faultsOf(item, `rubric.${index}.check`, registry));
    if (faults.length > 0) return { faults };
    return { value: { id: key, prompt, rubric, ...writtenResponses(reading.value) } };
  },
};

function faultsOf({ check }: RubricItem, field: string, registry: VerifierRegistry): Fault[] {
  if (check.by === "judge") return [];
  const verifier = registry.get(check.verifier);
  if (verifier === undefined) {
    return [
      {
        code: "VERIFIER_UNKNOWN",
        field: `${field}.verifier`,
        what: `no verifier is called ${check.verifier}`,
        cure: `Use one of ${near(check.verifier, registry).join(", ")}, or let a judge decide: {"by": "judge"}`,
      },
    ];
  }
  const problem = verifier.validateKwargs(check.kwargs);
  if (problem === null) return [];
  const [, name, what] = /^([\w.]+): (.*)$/s.exec(problem) ?? [];
  return [
    {
      field: name === undefined ? `${field}.kwargs` : `${field}.kwargs.${name}`,
      what: sayPlainly(what ?? problem),
      cure: `Give the parameters of ${check.verifier}`,
    },
  ];
}

/** The verifiers of the same group, or where there is none of the group, the names of all groups. */
function near(id: string, registry: VerifierRegistry): string[] {
  const groupOf = (name: string) => name.slice(0, name.indexOf(":") + 1);
  const ids = [...registry.keys()];
  const same = ids.filter((other) => groupOf(other) === groupOf(id));
  return same.length > 0 ? same : [...new Set(ids.map((other) => `${groupOf(other)}…`))];
}
