import { deriveKey, RandomStream, type Key } from "../../kernels/random/random";
import type { RevisionPair } from "../../herl/written";
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

/**
 * `count` drafts of a pocket task, each missing at least one constraint, with the texts that tell the same story and follow
 * all: what a reviser does that changes nothing else. Each is drawn from (key, i). None for other tasks.
 */
export function pocketRevisionPairs(task: Task, count: number, key: Key): RevisionPair[] {
  if (!isPocketTask(task)) return [];
  const { constraints } = task;
  return Array.from({ length: count }, (_, i) => {
    const stream = new RandomStream(deriveKey(key, i));
    const story = drawStory(stream, task);
    const rate = stream.unit();
    const met = constraints.map(() => stream.chance(rate));
    if (!met.includes(false)) met[stream.integer(met.length)] = false;
    const all = constraints.map(() => true);
    return { draft: render(story, constraints, met), revision: render(story, constraints, all) };
  });
}
