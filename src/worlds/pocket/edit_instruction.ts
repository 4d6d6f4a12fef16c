import type { Task } from "../../rubric/schema";
import { numbered } from "./tasks";

/**
 * A task of the pocket world that asks for some of its items alone, by index: the same topic, and those lines numbered
 * anew. Null for none: the world has no instruction without a line.
 */
export function withItems({ id, prompt, rubric }: Task, items: readonly number[]): Task | null {
  if (items.length === 0) return null;
  const [topic] = prompt.split("\n");
  const kept = items.map((i) => rubric[i]);
  return {
    id: `${id}:${items.map((i) => i + 1).join("+")}`,
    prompt: numbered(
      topic,
      kept.map(({ text }) => text),
    ),
    rubric: kept,
  };
}
