import type { ChatMessage } from "../policy/chat_message";
import type { RubricItem, Task } from "../rubric/schema";

/**
 * RuscaRL's scaffold for a chat model: some items of the rubric, by index, in a system message. What the paper asks for,
 * in our own words: what to include, what to keep out, and to say nothing of the list.
 */
export function generalScaffold(task: Task, items: readonly number[]): ChatMessage[] {
  const of = (polarity: RubricItem["polarity"]) =>
    items.flatMap((i) => (task.rubric[i].polarity === polarity ? [`- ${task.rubric[i].text}`] : []));
  const list = (title: string, texts: readonly string[]) =>
    texts.length === 0 ? [] : [[title, ...texts].join("\n")];
  const content = [
    "What you write is checked for the points below, among others.",
    ...list("TO BE THERE", of("want")),
    ...list("NOT TO BE THERE", of("avoid")),
    "Follow them as if the user had asked for it, and mention neither the points nor that you were given any.",
  ].join("\n\n");
  return [
    { role: "system", content },
    { role: "user", content: task.prompt },
  ];
}
