import { HerlError } from "../errors";
import type { ChatMessage } from "./chat_message";
import { markContent, readMarks } from "./chat_marks";
import type { MarkedText } from "./chat_marks";
import { renderJinja } from "./jinja";
import type { SpecialMatch } from "./tokenizer/special_matcher";
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
    // Models that think aloud first would fill short responses with it; Qwen3's template has this switch.
    enable_thinking: false,
    bos_token: named.bos ?? "",
    eos_token: named.eos ?? "",
  });
}

/**
 * The chat as text, and as token ids in which control tokens come from the template alone: what reads like one in a
 * message stays text. Contents without such text give the ids of the whole text encoded with specials.
 *
 * The template is run twice, once with marks in the contents (`chat_marks.ts`), and both must give the same text.
 * Where a template looks at how contents begin or end, the marks at their ends are left out; then no control token
 * may change because of that. CHAT_TEMPLATE if the text of messages cannot be told from the template's own.
 */
export function encodeChat(
  tokenizer: Tokenizer,
  template: string,
  messages: readonly ChatMessage[],
  options: ChatOptions,
): { text: string; ids: number[] } {
  const wellFormed = messages.map((message) => ({ ...message, content: message.content.toWellFormed() }));
  const named = namedTokens(tokenizer);
  const renderMarked = (edges: boolean) => {
    const marked = wellFormed.map(({ role, content }, index) => {
      const starts = tokenizer.controlStarts(content);
      return { role, content: markContent(content, { index, starts, edges }) };
    });
    return readMarks(renderChat(template, marked, options, named));
  };

  const text = renderChat(template, wellFormed, options, named);
  const guarded = renderMarked(true);
  const guardedIds = encodeMarked(tokenizer, guarded);
  if (guarded.text === text) return { text, ids: guardedIds };

  const unguarded = renderMarked(false);
  const ids = encodeMarked(tokenizer, unguarded);
  const controls = (list: readonly number[]) => list.filter((id) => tokenizer.isControl(id)).join();
  if (unguarded.text === text && controls(ids) === controls(guardedIds)) return { text, ids };
  throw indistinct();
}

function encodeMarked(tokenizer: Tokenizer, { text, allows, isInMessage }: MarkedText): number[] {
  const specials = (match: SpecialMatch) => {
    if (!allows(match)) return false;
    if (isInMessage(match)) throw indistinct();
    return true;
  };
  return tokenizer.encode(text, { specials });
}

function indistinct(): HerlError {
  return new HerlError(
    "CHAT_TEMPLATE",
    "The model's chat template changes messages, so that their text cannot be told from its own",
    "Remove what reads like a control token from the messages, or choose another model.",
  );
}

function namedTokens(tokenizer: Tokenizer): NamedTokens {
  const [eosId] = tokenizer.endIds;
  const textOf = (id: number) => tokenizer.decode([id], { skipSpecials: false });
  return { bos: tokenizer.bosId === null ? "" : textOf(tokenizer.bosId), eos: textOf(eosId) };
}
