/**
 * Marks in the contents of messages that survive a chat template, so that afterwards the text of a message can be
 * told from the template's own. Marks are lone surrogates, which no well-formed text contains.
 */
import type { SpecialMatch } from "./tokenizer/special_matcher";

/** No control token may begin here. */
const notHere = "\uDC00";
/** The edges of message i: this + 2i and the one after. Above 500 messages they repeat, which does no harm. */
const firstEdge = 0xdc02;
const edgePairs = 500;
/** With the u flag, the second half of a surrogate pair does not match. */
const marks = /[\uDC00-\uDFFF]/gu;

/** A rendered text without its marks, and what they say about the match of a control token in it. */
export interface MarkedText {
  readonly text: string;
  /** The match is not what a message says, in whole or in part. */
  readonly allows: (match: SpecialMatch) => boolean;
  /** The match lies between the edges of one message: a template has changed or filled out what it says. */
  readonly isInMessage: (match: SpecialMatch) => boolean;
}

/** Marks for the content of message `index`: before each of `starts`, and with `edges` also at either end. */
export interface Marking {
  readonly index: number;
  readonly starts: readonly number[];
  readonly edges: boolean;
}

/**
 * A well-formed content with its marks. Those at its ends are set inside of the surrounding white space, where a
 * template that trims its contents leaves them alone.
 */
export function markContent(content: string, { index, starts, edges }: Marking): string {
  const inserted = starts.map((at) => ({ at, mark: notHere }));
  if (edges && content.trim() !== "") {
    const edge = firstEdge + 2 * (index % edgePairs);
    const begin = content.length - content.trimStart().length;
    inserted.push({ at: begin, mark: String.fromCharCode(edge) });
    inserted.push({ at: content.trimEnd().length, mark: String.fromCharCode(edge + 1) });
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

/** Takes the marks out of a rendered text. Where a template has dropped one edge of a message, the other counts. */
export function readMarks(marked: string): MarkedText {
  const forbidden = new Set<number>();
  const edges: number[] = [];
  const begins = new Map<number, number>();
  const messages: { readonly begin: number; readonly end: number }[] = [];
  let text = "";
  let position = 0;
  for (const { index, 0: mark } of marked.matchAll(marks)) {
    text += marked.slice(position, index);
    position = index + 1;
    if (mark === notHere) {
      forbidden.add(text.length);
      continue;
    }
    edges.push(text.length);
    const edge = mark.charCodeAt(0);
    const begin = begins.get(edge - 1);
    if (edge % 2 === 0) begins.set(edge, text.length);
    else if (begin !== undefined) messages.push({ begin, end: text.length });
  }
  text += marked.slice(position);
  return {
    text,
    allows: ({ start, end }) => !forbidden.has(start) && !edges.some((at) => start < at && at < end),
    isInMessage: ({ start, end }) => messages.some((message) => message.begin <= start && end <= message.end),
  };
}
