import { encodeChat } from "../../policy/chat";
import type { ChatMessage } from "../../policy/chat_message";
import type { Command } from "../arguments";
import { readLines, toLines, writeBytes } from "../files";
import { modelOption, openModel } from "../model";

interface TokenizeLine {
  readonly text?: string;
  readonly messages?: ChatMessage[];
  readonly addGenerationPrompt?: boolean;
}

export const tokenize: Command = {
  name: "tokenize",
  summary:
    'Text, or chat messages through the model\'s template, to token ids: {"text"} or {"messages"} → {"text","ids"}.',
  options: {
    model: modelOption,
    in: { type: "string", value: "FILE", required: true, description: "JSON Lines in" },
    out: { type: "string", value: "FILE", required: true, description: "JSON Lines out" },
  },
  run({ model, in: input, out }) {
    const { tokenizer, chatTemplate } = openModel(model as string);
    const lines = readLines<TokenizeLine>(input as string).map(
      ({ text, messages, addGenerationPrompt = true }) =>
        messages
          ? encodeChat(tokenizer, chatTemplate, messages, { addGenerationPrompt })
          : { text: text ?? "", ids: tokenizer.encode(text ?? "", { specials: true }) },
    );
    writeBytes(out as string, toLines(lines));
    return Promise.resolve();
  },
};
