import * as z from "../../zod";
import type { Reading } from "./problem";

/** A conversation as chat data has it. */
export const conversation = z
  .array(z.object({ role: z.string(), content: z.string() }))
  .check(z.minLength(1));

/**
 * The one message of the user that a task's prompt can be. A conversation of more, or with a system prompt, is refused:
 * cutting it down to its last message would make another task of it.
 */
export function singleMessage(messages: z.infer<typeof conversation>, field: string): Reading<string> {
  const [{ role, content }] = messages;
  if (messages.length === 1 && role === "user" && content !== "") return { value: content };
  const found = messages
    .map((message) => message.role)
    .slice(0, 5)
    .join(", ");
  const what =
    messages.length === 1 && role === "user"
      ? "the message is empty"
      : `a conversation (${found}${messages.length > 5 ? ", …" : ""}); a task is one message of the user`;
  return { faults: [{ field, what, cure: "Leave this record out, or write its prompt as one message" }] };
}
