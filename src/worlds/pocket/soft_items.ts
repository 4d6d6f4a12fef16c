import type { RandomStream } from "../../kernels/random/random";
import type { RubricItem, Task } from "../../rubric/schema";

/**
 * What a story of the pocket world may tell, as a judge is asked: no code decides it. The base model tells each of
 * them in some of its answers, and none in all.
 */
export const softItems: readonly string[] = [
  "It says how the animal feels.",
  "It names another animal.",
  "It says where the animal slept.",
  "It says what the animal looked for.",
  "It says what the animal dreamed of.",
  "It says when it happens.",
];

/** A task with `count` drawn soft items after its constraints, in its prompt and in its rubric. */
export function withSoftItems(task: Task, stream: RandomStream, count: number): Task {
  if (count === 0) return task;
  const texts = stream.shuffled(softItems).slice(0, count);
  const first = task.rubric.length + 1;
  return {
    ...task,
    prompt: [task.prompt, ...texts.map((text, i) => `${first + i}. ${text}`)].join("\n"),
    rubric: [
      ...task.rubric,
      ...texts.map((text): RubricItem => ({ text, weight: 1, polarity: "want", check: { by: "judge" } })),
    ],
  };
}
