/**
 * Marks in the contents of messages that survive a chat template, so that afterwards the text of a message can be
 * told from the template's own. Marks are lone surrogates, which no well-formed text contains.
 */
import type { SpecialMatch } from "./tokenizer/special_matcher";

/** No control token may begin here. */
const notHere = "\uDC00";
/** No control token may reach across here: the edge of a content. */
const edge = "\uDC01";
/** With the u flag, the second half of a surrogate pair does not match. */
const marks = /[\uDC00\uDC01]/gu;

/** A rendered text without its marks, and what they say about it. */
export interface MarkedText {
  readonly text: string;
  /** Whether the match of a control token is the template's, from its first to its last character. */
  readonly allows: (match: SpecialMatch) => boolean;
}

/**
 * A well-formed content with a mark before each of `starts`, and with `edges` also one at either end. Those are set
 * inside of the surrounding white space, where a template that trims its contents leaves them alone.
 */
export function markContent(content: string, starts: readonly number[], edges: boolean): string {
  const inserted = starts.map((at) => ({ at, mark: notHere }));
  if (edges && content.trim() !== "") {
    inserted.push({ at: content.length - content.trimStart().length, mark: edge });
    inserted.push({ at: content.trimEnd().length, mark: edge });
    inserted.sort((a, b) => a.at - b.at);
  }
  let marked = "";
  let position = 0;
  for (const { at, mark } of inserted) {
    marked += content.slice(position, at) + mark;
    position = at;
  }
  return marked + content.slice(position);
}

/** Takes the marks out of a rendered text. */
export function readMarks(marked: string): MarkedText {
  const forbidden = new Set<number>();
  const edges: number[] = [];
  let text = "";
  let position = 0;
  for (const { index, 0: mark } of marked.matchAll(marks)) {
    text += marked.slice(position, index);
    position = index + 1;
    if (mark === notHere) forbidden.add(text.length);
    else edges.push(text.length);
  }
  text += marked.slice(position);
  const allows = ({ start, end }: SpecialMatch) =>
    !forbidden.has(start) && !edges.some((at) => start < at && at < end);
  return { text, allows };
}
