import { hashOfText } from "../hash";
import { writtenResponses, type Task } from "../rubric/schema";

/**
 * A run's own copy of its tasks, `tasks.jsonl`: rubric records, complete, one a line, whatever format they were read
 * from. A run depends on these lines alone, and no importer is needed to read them back.
 */
export const taskLines = (tasks: readonly Task[]): string =>
  tasks
    .map((task) => {
      const { id, prompt, rubric } = task;
      const items = rubric.map(({ text, weight, polarity, check }) => ({ text, weight, polarity, check }));
      return `${JSON.stringify({ key: id, prompt, rubric: items, ...writtenResponses(task) })}\n`;
    })
    .join("");

/** The tasks of lines that `taskLines` wrote; their hash is to be checked before. */
export const readTaskLines = (lines: string): Task[] =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { key, ...task } = JSON.parse(line) as Omit<Task, "id"> & { key: string };
      return { id: key, ...task };
    });

/** The SHA-256 of lines of tasks, in hexadecimal: the setting `world.tasks`. */
export const hashTaskLines = (lines: string): string => hashOfText(lines);
