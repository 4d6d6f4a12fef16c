import { HerlError } from "../errors";
import { longestContext } from "../policy/llama_policy";
import type { ModelFile } from "../policy/model_file";
import type { Task } from "../rubric/schema";
import { chatCodec } from "./learner";

/** A task whose prompt the model cannot take, and why. */
export interface Misfit {
  readonly task: Task;
  readonly reason: string;
}

/** The context of a model in training, in tokens. */
export const trainingContext = ({ config }: Pick<ModelFile, "config">): number =>
  Math.min(config.contextLength, longestContext);

/**
 * Tells the tasks that a model can take from those whose prompt does not fit a context of so many tokens, or whose text
 * its chat template cannot tell from its own: the run would stop at these.
 */
export function fitTasks(
  tasks: readonly Task[],
  model: Pick<ModelFile, "tokenizer" | "chatTemplate">,
  contextLength: number,
): { fitting: Task[]; misfits: Misfit[] } {
  const { encode } = chatCodec(model);
  const fitting: Task[] = [];
  const misfits: Misfit[] = [];
  for (const task of tasks) {
    try {
      const { length } = encode([{ role: "user", content: task.prompt }]);
      if (length < contextLength) fitting.push(task);
      else misfits.push({ task, reason: `its prompt takes ${length} of ${contextLength} tokens` });
    } catch (error) {
      if (!(error instanceof HerlError)) throw error;
      misfits.push({ task, reason: error.message });
    }
  }
  return { fitting, misfits };
}
