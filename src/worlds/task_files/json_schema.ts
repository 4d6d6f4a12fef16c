import * as z from "../../zod";
import { ownRecord } from "./own";

/** A document of our own tasks, as an editor should know it. */
const taskDocument = z
  .object({
    $schema: z.optional(z.string()).check(z.describe("Where this schema lies, for editors")),
    tasks: z.array(ownRecord).check(z.minLength(1), z.describe("The tasks, each with its own key")),
  })
  .check(z.describe("Tasks with their rubrics, see docs/tasks.md"));

/**
 * `docs/task-file.schema.json`, for the completion of editors, in the draft that most of them know. The given ids of
 * verifiers are offered.
 */
export const taskFileSchema = (verifiers: Iterable<string>): object =>
  z.toJSONSchema(taskDocument, {
    io: "input",
    target: "draft-7",
    override({ jsonSchema }) {
      const { verifier } = jsonSchema.properties ?? {};
      if (typeof verifier === "object") verifier.enum = [...verifiers];
    },
  });
