import { HerlError } from "../errors";
import { getString } from "./gguf/metadata";
import type { GgufMetadata } from "./gguf/value";

/**
 * The chat layout of the pocket model, as its GGUF file holds it:
 * `<|user|>…<|end|><|model|>…<|end|>`, and `<|model|>` where the model is to speak. It has no system messages.
 */
export const pocketChatTemplate = [
  "{%- for message in messages %}",
  "{%- if message.role == 'user' %}{{ '<|user|>' + message.content + '<|end|>' }}",
  "{%- elif message.role == 'assistant' %}{{ '<|model|>' + message.content + '<|end|>' }}",
  "{%- else %}{{ raise_exception('The pocket model has no ' + message.role + ' messages') }}",
  "{%- endif %}",
  "{%- endfor %}",
  "{%- if add_generation_prompt %}{{ '<|model|>' }}{%- endif %}",
].join("");

/** The chat template that a model file brings along; CHAT_TEMPLATE where it has none, as models not made for chat. */
export function chatTemplate(metadata: GgufMetadata): string {
  const template = getString(metadata, "tokenizer.chat_template");
  if (template !== undefined) return template;
  throw new HerlError(
    "CHAT_TEMPLATE",
    "The model file has no chat template (tokenizer.chat_template)",
    "Choose the instruct version of the model.",
  );
}
