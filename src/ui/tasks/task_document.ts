import { writtenResponses, type Task } from "../../rubric/schema";

/** Tasks as a document of our own format, for people: `docs/tasks.md`. */
export const taskDocument = (tasks: readonly Task[]): string =>
  `${JSON.stringify(
    {
      $schema: "./task-file.schema.json",
      tasks: tasks.map((task) => ({
        ...{ key: task.id, prompt: task.prompt, rubric: task.rubric },
        ...writtenResponses(task),
      })),
    },
    null,
    2,
  )}\n`;
