import { HerlError } from "../../errors";
import { encodeChat } from "../../policy/chat";
import type { ChatMessage } from "../../policy/chat_message";
import type { ModelFile } from "../../policy/model_file";

/** A line that names tokens in one of three ways. */
export interface SequenceLine {
  readonly ids?: number[];
  readonly text?: string;
  readonly messages?: ChatMessage[];
}

/** The token ids of a line. Throws FILE_FORMAT when it has none of the three, TOKEN_ID for ids of no token. */
export function idsOf(
  { tokenizer, chatTemplate }: ModelFile,
  line: SequenceLine,
  index: number,
  addGenerationPrompt: boolean,
): number[] {
  if (line.messages) return encodeChat(tokenizer, chatTemplate, line.messages, { addGenerationPrompt }).ids;
  if (typeof line.text === "string") return tokenizer.encode(line.text, { specials: true });
  if (Array.isArray(line.ids)) {
    line.ids.forEach((id) => tokenizer.tokenBytes(id));
    return line.ids;
  }
  throw new HerlError(
    "FILE_FORMAT",
    `Record ${index + 1} has no "ids", "text" or "messages"`,
    "Give it one of the three",
  );
}
