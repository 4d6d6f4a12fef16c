import { z } from "zod";
import { HerlError } from "../errors";
import type { RubricItem } from "./schema";

/**
 * One item of a rubric as a file or an editor holds it. Only the text is needed: the weight is 1, the item is wanted
 * and a judge decides it unless the record says otherwise.
 */
export const rubricItemRecord = z.strictObject({
  text: z
    .string()
    .min(1)
    .describe("One sentence: what a judge is asked, and what the model is told when it revises"),
  weight: z
    .number()
    .positive("must be above 0; a pitfall has a positive weight and polarity avoid")
    .default(1)
    .describe("How much the item counts; above 0 for pitfalls too"),
  polarity: z
    .enum(["want", "avoid"])
    .default("want")
    .describe("want: what the text says is good. avoid: a pitfall, what the text says is bad"),
  check: z
    .discriminatedUnion("by", [
      z.strictObject({
        by: z.literal("code").describe("Decided exactly, by a verifier"),
        verifier: z.string().min(1).describe("The verifier's id, for instance keywords:existence"),
        kwargs: z
          .record(z.string(), z.unknown())
          .default({})
          .describe('The verifier\'s parameters, for instance {"keywords": ["key"]}'),
      }),
      z.strictObject({ by: z.literal("judge").describe("Decided by a language model, from the text") }),
    ])
    .default({ by: "judge" })
    .describe("How the item is decided; by a judge unless it says otherwise"),
});

/** A rubric as a file or an editor holds it: at least one item. */
export const rubricRecord = z.array(rubricItemRecord).min(1);

/** The rubric of a record. Throws RUBRIC_INVALID, naming the field, where the record is none. */
export function parseRubric(record: unknown): RubricItem[] {
  const parsed = rubricRecord.safeParse(record);
  if (parsed.success) return parsed.data;
  throw new HerlError(
    "RUBRIC_INVALID",
    `The rubric does not fit: ${describeIssue(parsed.error)}.`,
    `Give a list of items such as {"text": "Names a dose.", "weight": 2}.`,
  );
}

/** What is wrong with a record, as `field: problem`; the first issue of several. */
export function describeIssue(error: z.ZodError): string {
  const [{ path, message }] = error.issues;
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}
