import type { Task } from "../../rubric/schema";

/** Tasks as a document of our own format, for people: `docs/tasks.md`. */
export const taskDocument = (tasks: readonly Task[]): string =>
  `${JSON.stringify(
    {
      $schema: "./task-file.schema.json",
      tasks: tasks.map(({ id, prompt, rubric }) => ({ key: id, prompt, rubric })),
    },
    null,
    2,
  )}\n`;
