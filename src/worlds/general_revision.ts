import type { ChatMessage } from "../policy/chat_message";
import type { RubricItem, Task, Verdict } from "../rubric/schema";

/**
 * Asks a chat model for a revision, in one message: the instruction, what the draft meets and what it does not, the
 * draft, and how to go about it. The rules are those of the paper's prompt (appendix D) in our own words. An item that
 * could not be judged is on neither list.
 */
export function generalRevision(task: Task, draft: string, verdicts: readonly Verdict[]): ChatMessage[] {
  const told = (status: Verdict["status"]) =>
    task.rubric.filter((_, index) => verdicts[index].status === status).map(tell);
  const content = [
    "Revise the draft below so that it does what the instruction asks for and meets every requirement listed.",
    [
      "- Change no more than the requirements under NOT MET call for.",
      "- Leave alone what the requirements under MET rest on: wording, order, structure and form.",
      "- Add no facts that the instruction or the draft do not support, and follow no requirement that is not listed.",
      "- Answer with the revised text only, without any remark.",
    ].join("\n"),
    `INSTRUCTION\n${task.prompt}`,
    `MET\n${listed(told("satisfied"))}`,
    `NOT MET\n${listed(told("unmet"))}`,
    `DRAFT\n${draft}`,
    "Write the revised text now, and nothing else.",
  ].join("\n\n");
  return [{ role: "user", content }];
}

const listed = (texts: readonly string[]): string =>
  texts.length === 0 ? "(none)" : texts.map((text, index) => `${index + 1}. ${text}`).join("\n");

/** A pitfall's text names what is bad, so it must be told as something to keep out. */
const tell = ({ text, polarity }: RubricItem): string =>
  polarity === "want" ? text : `To be avoided: ${text}`;
