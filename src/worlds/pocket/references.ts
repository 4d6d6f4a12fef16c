import { deriveKey, RandomStream, type Key } from "../../kernels/random/random";
import type { Task } from "../../rubric/schema";
import { drawStory } from "./corpus";
import { render } from "./render";
import { isPocketTask } from "./tasks";

/** Stories are drawn so many times for one that is not there yet: there are thousands for every task. */
const maxTries = 100;

/**
 * `count` different texts that follow every constraint of a pocket task, each telling a story of its own drawn from
 * (key, i). Items for a judge are left to chance, as in everything that the world writes. None for other tasks.
 */
export function pocketReferences(task: Task, count: number, key: Key): string[] {
  if (!isPocketTask(task)) return [];
  const all = task.constraints.map(() => true);
  const texts = new Set<string>();
  for (let i = 0; i < count; i++) {
    const stream = new RandomStream(deriveKey(key, i));
    for (let tries = 0; texts.size <= i && tries < maxTries; tries++)
      texts.add(render(drawStory(stream, task), task.constraints, all));
  }
  return [...texts];
}
