import * as z from "../../zod";
import type { ItemCheck, RubricItem } from "../../rubric/schema";
import { parseConstraint } from "../../rubric/verifiers/muldimif/constraint";
import type { TaskFormat } from "./format";
import { key } from "./key";
import { readAs } from "./problem";
import { conversation, singleMessage } from "./single_message";

const record = z.object({
  id: key,
  conversations: conversation,
  constraints: z
    .array(z.tuple([z.string(), z.string(), z.string().check(z.minLength(1))]))
    .check(z.minLength(1)),
});

/**
 * MulDimIF's records: `{"id": "…", "conversations": [{"role": "user", "content": "…"}], "constraints": [["Length",
 * "Words", "At most 150 words"]]}`. A constraint is free text; code decides it where its labels name a family and the
 * family understands the text, and a judge where not.
 */
export const muldimif: TaskFormat = {
  name: "MulDimIF",
  fields: ["conversations", "constraints"],
  read(fields) {
    const reading = readAs(record, fields);
    if ("faults" in reading) return reading;
    const { id, conversations, constraints } = reading.value;
    const message = singleMessage(conversations, "conversations");
    if ("faults" in message) return message;
    const rubric = constraints.map(([first, second, text]): RubricItem => ({
      text,
      weight: 1,
      polarity: "want",
      check: checkOf(first, second, text),
    }));
    return { value: { id, prompt: message.value, rubric } };
  },
};

function checkOf(first: string, second: string, text: string): ItemCheck {
  const parsed = parseConstraint(first, second, text);
  return parsed?.understood
    ? { by: "code", verifier: parsed.verifier, kwargs: parsed.kwargs }
    : { by: "judge" };
}
