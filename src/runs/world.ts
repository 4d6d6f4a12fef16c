import type { ChatMessage } from "../policy/chat_message";
import type { Task, Verdict } from "../rubric/schema";
import { revisionMessages } from "../worlds/pocket/revision";
import { splits, type Split } from "../worlds/pocket/splits";
import { taskSource } from "../worlds/pocket/task_source";
import type { RunConfig } from "./config";

export { splits, type Split };

export type EvaluationSplit = Exclude<Split, "train">;

/** Where a run's tasks come from, and how its hindsight is worded. */
export interface World {
  /** Task `index` of training: the same for the same seed. */
  trainingTask(index: number): Task;
  /** The first tasks of an evaluation split: the same ones for every seed, so that runs can be compared. */
  evaluationTasks(split: EvaluationSplit, count: number): Task[];
  revisionMessages(task: Task, draft: string, verdicts: readonly Verdict[]): readonly ChatMessage[];
}

/** The pocket world as a configuration sets it up. Throws TASK_INVALID if its families make no task. */
export function openWorld({ world, seed }: Pick<RunConfig, "world" | "seed">): World {
  const { families, minConstraints, maxConstraints, wording } = world;
  const sourceOf = (split: Split, seed: number) =>
    taskSource({ split, families, seed, minConstraints, maxConstraints });
  const training = sourceOf("train", seed);
  return {
    trainingTask: (index) => training.task(index),
    evaluationTasks(split, count) {
      const source = sourceOf(split, 0);
      return Array.from({ length: count }, (_, index) => source.task(index));
    },
    revisionMessages: (task, draft, verdicts) => revisionMessages(task, draft, verdicts, wording),
  };
}
