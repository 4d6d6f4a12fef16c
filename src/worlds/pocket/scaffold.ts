import type { ChatMessage } from "../../policy/chat_message";
import type { Task, Verdict } from "../../rubric/schema";
import type { RevisionWording } from "./config";
import { revisionMessages } from "./revision";

/**
 * RuscaRL's scaffold for the pocket model, which has no system messages and knows two conversations only: the revision of
 * an empty draft that misses the shown items, by index. Nothing of an answer is given away, and of the forms that were
 * tried it is the one that the model understands best: with the whole rubric shown it meets half of the rare families'
 * items, which by itself it almost never does; the items said twice in the instruction reach a quarter.
 */
export function pocketScaffold(
  task: Task,
  items: readonly number[],
  wording: RevisionWording,
): ChatMessage[] {
  const verdicts = task.rubric.map((_, i): Verdict => ({
    status: items.includes(i) ? "unmet" : "satisfied",
  }));
  return revisionMessages(task, "", verdicts, wording);
}
