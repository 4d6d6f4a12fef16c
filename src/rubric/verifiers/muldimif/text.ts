import { foldCase } from "../../text/case_folding";
import { escapePattern, strip, wordClass } from "../../text/python_text";
import { splitSpace } from "../../text/python_words";

/** How MulDimIF's checkers take a text apart. */

/** Stripped lines that are not blank. */
export const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map(strip)
    .filter((line) => line !== "");

const ideograph = /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u3000-\u303f\uff00-\uffef]/gu;

/** Words: where there are Chinese characters or full-width marks, so many of these; else white-space tokens. */
export const countWords = (text: string): number => text.match(ideograph)?.length ?? splitSpace(text).length;

/** No white-space token begins with one of a to z. */
export const isCapitalized = (text: string): boolean =>
  splitSpace(text).every((token) => !/^[a-z]/.test(token));

const opening = "(?<![\\p{L}\\p{N}])|(?<=\\b(?:and|or))";

/** What stands in quotation marks in a constraint, in their order; an apostrophe within a word is no mark. */
export function quotedIn(constraint: string): string[] {
  let inner = strip(constraint);
  while (inner.length > 1 && inner.startsWith('"') && inner.endsWith('"')) inner = strip(inner.slice(1, -1));
  const doubled = [...inner.matchAll(/["”“]{2}([^"“”]+)["“”]{2}/g)];
  if (doubled.length > 0) return doubled.map(([, text]) => text);
  const pattern = new RegExp(
    `(?:${opening})(?:'((?:[^'\\n]|'(?=\\p{L}))+)'(?!\\p{L})|"([^"\\n]+)"|[“”]([^“”\\n]+)[“”]|‘((?:[^‘’\\n]|’(?=\\p{L}))+)’)` +
      "|「([^」\\n]+)」",
    "gu",
  );
  return [...inner.matchAll(pattern)].map((match) => match.slice(1).find((text) => text !== undefined)!);
}

/**
 * How often a keyword occurs: whole words, whatever the case; a keyword with a Chinese character anywhere, as it is.
 */
export function countKeyword(text: string, keyword: string): number {
  if (/[\u4e00-\u9fff]/.test(keyword)) return text.split(keyword).length - 1;
  const whole = new RegExp(`(?<![${wordClass}])${escapePattern(foldCase(keyword))}(?![${wordClass}])`, "gu");
  return foldCase(text).match(whole)?.length ?? 0;
}
