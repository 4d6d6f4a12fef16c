import { HerlError } from "../errors";
import type { Task } from "../rubric/schema";
import type { Sample } from "./group";
import type { Learner } from "./learner";

/** The tokens of (q, H), or null when the model's template cannot tell the draft's text from its own. */
export function revisionContext(
  learner: Pick<Learner, "codec" | "revisionMessages">,
  task: Task,
  { text, verdicts }: Pick<Sample, "text" | "verdicts">,
): readonly number[] | null {
  try {
    return learner.codec.encode(learner.revisionMessages(task, text, verdicts));
  } catch (error) {
    if (error instanceof HerlError && error.code === "CHAT_TEMPLATE") return null;
    throw error;
  }
}
