import type { ChatMessage } from "../../policy/chat_message";
import type { Task, Verdict } from "../../rubric/schema";
import type { RevisionWording } from "./config";

/**
 * The conversation that asks for a revision: the instruction, the draft as the model's own turn, and what is missing.
 * `list` repeats the unmet items, numbered anew; `numbers` gives their numbers in the instruction, so that revising
 * must read the instruction's own list. Items that could not be judged are not called missing.
 */
export function revisionMessages(
  task: Task,
  draft: string,
  verdicts: readonly Verdict[],
  wording: RevisionWording,
): ChatMessage[] {
  const missing = task.rubric.flatMap((item, index) =>
    verdicts[index].status === "unmet" ? [{ text: item.text, number: index + 1 }] : [],
  );
  return [
    { role: "user", content: task.prompt },
    { role: "assistant", content: draft },
    { role: "user", content: `${tellMissing(missing, wording)}\nRevise.` },
  ];
}

function tellMissing(missing: readonly { text: string; number: number }[], wording: RevisionWording): string {
  return wording === "list"
    ? ["Missing:", ...missing.map(({ text }, index) => `${index + 1}. ${text}`)].join("\n")
    : ["Missing:", ...missing.map(({ number }) => number)].join(" ");
}
