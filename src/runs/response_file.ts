import { HerlError } from "../errors";
import type { Task } from "../rubric/schema";
import type { KnownResponse } from "./calibrate";

/**
 * The responses of a file of lines `{"key", "response"}`, each with its task; how many belong to none of `tasks` is
 * told apart. Throws FILE_FORMAT naming the first line that is no such record.
 */
export function readResponses(
  text: string,
  tasks: readonly Task[],
): { readonly responses: readonly KnownResponse[]; readonly strangers: number } {
  const byKey = new Map(tasks.map((task) => [task.id, task]));
  const responses: KnownResponse[] = [];
  let strangers = 0;
  text
    .replace(/^\ufeff/, "")
    .split("\n")
    .forEach((line, i) => {
      if (line.trim() === "") return;
      const { key, response } = readLine(line, i + 1);
      const task = byKey.get(String(key));
      if (task) responses.push({ task, text: response });
      else strangers++;
    });
  return { responses, strangers };
}

function readLine(line: string, number: number): { key: string | number; response: string } {
  const record = parsed(line);
  if (typeof record === "object" && record !== null && "key" in record && "response" in record) {
    const { key, response } = record;
    if ((typeof key === "string" || typeof key === "number") && typeof response === "string")
      return { key, response };
  }
  throw new HerlError(
    "FILE_FORMAT",
    `Line ${number} of the responses is no record of a key and a response`,
    'Write one object a line: {"key": 1000, "response": "…"}',
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
