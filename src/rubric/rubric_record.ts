import * as z from "../zod";
import { HerlError } from "../errors";
import type { RubricItem } from "./schema";

/**
 * One item of a rubric as a file or an editor holds it. Only the text is needed: the weight is 1, the item is wanted
 * and a judge decides it unless the record says otherwise.
 */
export const rubricItemRecord = z.strictObject({
  text: z
    .string()
    .check(
      z.minLength(1),
      z.describe("One sentence: what a judge is asked, and what the model is told when it revises"),
    ),
  weight: z.field(
    z.number().check(z.positive("must be above 0; a pitfall has a positive weight and polarity avoid")),
    1,
    "How much the item counts; above 0 for pitfalls too",
  ),
  polarity: z.field(
    z.enum(["want", "avoid"]),
    "want",
    "want: what the text says is good. avoid: a pitfall, what the text says is bad",
  ),
  check: z.field(
    z.discriminatedUnion("by", [
      z.strictObject({
        by: z.literal("code").check(z.describe("Decided exactly, by a verifier")),
        verifier: z
          .string()
          .check(z.minLength(1), z.describe("The verifier's id, for instance keywords:existence")),
        kwargs: z.field(
          z.record(z.string(), z.unknown()),
          {},
          'The verifier\'s parameters, for instance {"keywords": ["key"]}',
        ),
      }),
      z.strictObject({
        by: z.literal("judge").check(z.describe("Decided by a language model, from the text")),
      }),
    ]),
    { by: "judge" },
    "How the item is decided; by a judge unless it says otherwise",
  ),
});

/** A rubric as a file or an editor holds it: at least one item. */
export const rubricRecord = z.array(rubricItemRecord).check(z.minLength(1));

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
export function describeIssue(error: z.core.$ZodError): string {
  const [{ path, message }] = error.issues;
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}
