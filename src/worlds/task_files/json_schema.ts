import { z } from "zod";
import { ownRecord } from "./own";

/** A document of our own tasks, as an editor should know it. */
const taskDocument = z
  .object({
    $schema: z.string().optional().describe("Where this schema lies, for editors"),
    tasks: z.array(ownRecord).min(1).describe("The tasks, each with its own key"),
  })
  .describe("Tasks with their rubrics, see docs/tasks.md");

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
