import { HerlError } from "../errors";
import type { ChatMessage } from "./chat_message";
import { markContent, readMarks } from "./chat_marks";
import type { MarkedText } from "./chat_marks";
import { renderJinja } from "./jinja";
import type { Tokenizer } from "./tokenizer/tokenizer";

export interface ChatOptions {
  /** Ends the text where the model is to answer. */
  readonly addGenerationPrompt: boolean;
}

/** Text of the tokens that templates may name as `bos_token` and `eos_token`. */
export interface NamedTokens {
  readonly bos?: string;
  readonly eos?: string;
}

const roles: readonly string[] = ["system", "user", "assistant"] satisfies ChatMessage["role"][];

/** The messages as the model's template lays them out. Raises CHAT_TEMPLATE. */
export function renderChat(
  template: string,
  messages: readonly ChatMessage[],
  { addGenerationPrompt }: ChatOptions,
  named: NamedTokens = {},
): string {
  // A role becomes part of the text between control tokens; in a file it may be anything.
  const odd = messages.find(({ role }) => !roles.includes(role));
  if (odd) {
    throw new HerlError(
      "CHAT_TEMPLATE",
      `A message has the role ${JSON.stringify(odd.role)}`,
      "Use the roles system, user and assistant.",
    );
  }
  return renderJinja(template, {
    messages: messages.map(({ role, content }) => ({ role, content })),
    add_generation_prompt: addGenerationPrompt,
    bos_token: named.bos ?? "",
    eos_token: named.eos ?? "",
  });
}

/**
 * The chat as text, and as token ids in which control tokens come from the template alone: what reads like one in a
 * message stays text. Contents without such text give the ids of the whole text encoded with specials.
 *
 * The template is run twice, once with marks in the contents (`chat_marks.ts`), and both must give the same text.
 * Where a template looks at how contents begin or end, the marks at their ends are left out; then no token may
 * change because of that. CHAT_TEMPLATE if the two cannot be brought together, so never a wrong answer.
 */
export function encodeChat(
  tokenizer: Tokenizer,
  template: string,
  messages: readonly ChatMessage[],
  options: ChatOptions,
): { text: string; ids: number[] } {
  const named = namedTokens(tokenizer);
  const render = (change: (content: string) => string) =>
    renderChat(
      template,
      messages.map((message) => ({ ...message, content: change(message.content.toWellFormed()) })),
      options,
      named,
    );
  const encode = ({ text, allows }: MarkedText) => tokenizer.encode(text, { specials: allows });
  const starts = (content: string) => tokenizer.controlStarts(content);

  const text = render((content) => content);
  const guarded = readMarks(render((content) => markContent(content, starts(content), true)));
  if (guarded.text === text) return { text, ids: encode(guarded) };

  const inner = readMarks(render((content) => markContent(content, starts(content), false)));
  const ids = encode(inner);
  const controls = (list: readonly number[]) => list.filter((id) => tokenizer.isControl(id)).join();
  if (inner.text === text && controls(ids) === controls(encode(guarded))) return { text, ids };
  throw new HerlError(
    "CHAT_TEMPLATE",
    "The model's chat template takes messages apart, so that their text cannot be told from its own",
    "Remove what reads like a control token from the messages, or choose another model.",
  );
}

function namedTokens(tokenizer: Tokenizer): NamedTokens {
  const [eosId] = tokenizer.endIds;
  const textOf = (id: number) => tokenizer.decode([id], { skipSpecials: false });
  return { bos: tokenizer.bosId === null ? "" : textOf(tokenizer.bosId), eos: textOf(eosId) };
}
