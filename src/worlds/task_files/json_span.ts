/** Where one JSON value lies in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** The deepest nesting of lists and objects in it. */
  readonly depth: number;
  /** False when the text, or the part that was looked at, ends before the value does. */
  readonly isWhole: boolean;
}

/**
 * Finds the end of the value that begins at `start`, by brackets and quotation marks alone, so that the records of a
 * document can be told apart even where one is not JSON. A line end closes a string, since JSON's strings have none:
 * a forgotten quotation mark then spoils one line, not all after it. Looks no further than `limit`.
 */
export function spanFrom(text: string, start: number, limit = text.length): Span {
  let at = start;
  let open = 0;
  let depth = 0;
  do {
    const sign = text[at];
    if (sign === '"') at = endOfString(text, at);
    else if (sign === "{" || sign === "[") {
      depth = Math.max(depth, ++open);
      at++;
    } else if (sign === "}" || sign === "]") {
      open--;
      at++;
    } else if (open === 0) at = endOfWord(text, at);
    else at++;
  } while (open > 0 && at < limit);
  return { start, end: Math.min(at, limit), depth, isWhole: open <= 0 };
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1;
    if (text[at] === "\n") return at;
    if (text[at] === "\\") at++;
  }
  return text.length;
}

/** The end of a number or a bare word; always after its start. */
function endOfWord(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && !' \t\r\n,:"{}[]'.includes(text[at])) at++;
  return at;
}

/** The index of the first sign at or after `at` that is none of `signs`; the text's length where there is none. */
export function skip(text: string, at: number, signs = " \t\r\n"): number {
  while (at < text.length && signs.includes(text[at])) at++;
  return at;
}
