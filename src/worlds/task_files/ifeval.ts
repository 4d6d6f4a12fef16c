import * as z from "../../zod";
import type { RubricItem } from "../../rubric/schema";
import type { VerifierRegistry } from "../../rubric/verifiers/registry";
import type { Kwargs } from "../../rubric/verifiers/verifier";
import type { TaskFormat } from "./format";
import { key } from "./key";
import { readAs } from "./problem";

const record = z.object({
  key,
  prompt: z.string().check(z.minLength(1)),
  instruction_id_list: z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
  kwargs: z.array(z.nullable(z.record(z.string(), z.unknown()))),
});

/**
 * IFEval's records, and IFBench's, which have the same fields:
 * `{"key": 1000, "prompt": "…", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}`.
 *
 * An instruction that no verifier knows, or whose parameters its verifier rejects, stays in the rubric: it is graded
 * `unknown`, as published files hold a few of them.
 */
export const ifeval: TaskFormat = {
  name: "IFEval or IFBench",
  fields: ["instruction_id_list"],
  read(fields, registry) {
    const reading = readAs(record, fields);
    if ("faults" in reading) return reading;
    const { key, prompt, instruction_id_list: ids, kwargs } = reading.value;
    if (kwargs.length !== ids.length) {
      const what = `${count(kwargs.length, "entry", "entries")} for ${count(ids.length, "instruction")}`;
      const cure = "Give one object an instruction, {} where it has no parameters";
      return { faults: [{ field: "kwargs", what, cure }] };
    }
    return { value: { id: key, prompt, rubric: ids.map((id, i) => itemOf(id, kwargs[i] ?? {}, registry)) } };
  },
};

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

function itemOf(verifier: string, given: Kwargs, registry: VerifierRegistry): RubricItem {
  // Some copies of the data list every parameter there is, null where it does not apply.
  const kwargs = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const text = describeInstruction(verifier, kwargs, registry);
  return { text, weight: 1, polarity: "want", check: { by: "code", verifier, kwargs } };
}

/** The verifier's own sentence, or the bare id and parameters where there is none. */
function describeInstruction(id: string, kwargs: Kwargs, registry: VerifierRegistry): string {
  const verifier = registry.get(id);
  if (verifier !== undefined && verifier.validateKwargs(kwargs) === null) return verifier.describe(kwargs);
  return Object.keys(kwargs).length === 0
    ? `The response follows ${id}.`
    : `The response follows ${id} with ${JSON.stringify(kwargs)}.`;
}
