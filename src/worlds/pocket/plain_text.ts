import { RandomStream } from "../../kernels/random/random";
import type { PlainText } from "../plain_text";
import { pocketConfig } from "./config";
import { plainAnswer } from "./corpus";
import { taskSource } from "./task_source";
import { makeTask } from "./tasks";

/**
 * Texts of the pocket world's own language: how likely they stay shows what training makes the model forget. By turns
 * a story told after its topic alone, and an ordinary answer of the corpus to a task on the side of evaluation, which
 * follows each constraint as often as pre-training did. Always the same ones, whatever a run's seed and families.
 */
export function plainTexts(count: number): PlainText[] {
  const tasks = taskSource({ split: "heldout" });
  return Array.from({ length: count }, (_, index) => {
    const asked = tasks.task(index);
    const task = index % 2 === 0 ? makeTask("pocket:plain", asked.topic, []) : asked;
    const { response } = plainAnswer(RandomStream.of(0, "pocket", "plain", index), task, pocketConfig);
    return { instruction: task.prompt, response };
  });
}
