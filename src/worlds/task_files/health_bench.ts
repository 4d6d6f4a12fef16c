import * as z from "../../zod";
import type { RubricItem } from "../../rubric/schema";
import type { TaskFormat } from "./format";
import { key } from "./key";
import { readAs } from "./problem";
import { conversation, singleMessage } from "./single_message";

const record = z.object({
  prompt_id: z.optional(key),
  key: z.optional(key),
  prompt: z.union([z.string().check(z.minLength(1)), conversation], {
    error: "it must be a text or a list of messages",
  }),
  rubrics: z
    .array(
      z.object({
        criterion: z.string().check(z.minLength(1)),
        points: z.number().check(z.refine((points) => points !== 0, "it must not be 0")),
      }),
    )
    .check(z.minLength(1)),
});

/**
 * HealthBench's records: `{"prompt_id": "…", "prompt": [{"role": "user", "content": "…"}], "rubrics": [{"criterion":
 * "States that …", "points": -5}]}`. A judge decides every criterion. Negative points are a pitfall: polarity `avoid`
 * and the points as weight, so that a reward is the published score of one example (points met, negative ones too,
 * over the positive points), kept between 0 and 1. Records without an id take the prompt's text as key.
 */
export const healthBench: TaskFormat = {
  name: "HealthBench",
  fields: ["rubrics"],
  read(fields) {
    const reading = readAs(record, fields);
    if ("faults" in reading) return reading;
    const { prompt_id, key: own, prompt: given, rubrics } = reading.value;
    const message = typeof given === "string" ? { value: given } : singleMessage(given, "prompt");
    if ("faults" in message) return message;
    const prompt = message.value;
    const rubric = rubrics.map(({ criterion, points }): RubricItem => ({
      text: criterion,
      weight: Math.abs(points),
      polarity: points > 0 ? "want" : "avoid",
      check: { by: "judge" },
    }));
    return { value: { id: prompt_id ?? own ?? prompt, prompt, rubric } };
  },
};
