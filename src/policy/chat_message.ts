/** One turn of a conversation, as instruction data, prompts and chat templates speak of it. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}
