/**
 * The few habits of Python's `str` and `re` on which the published checkers' verdicts depend, for text of any kind.
 * JavaScript differs in each: its white space has U+FEFF and lacks U+001C to U+001F and U+0085, its `\w` and `\d` are
 * ASCII, its `.`, `^` and `$` treat U+000D, U+2028 and U+2029 as line ends where Python knows U+000A alone.
 */

/** Python's Unicode white space (`str.isspace`, and `\s` in `re`), as the inside of a character class. */
export const spaceClass =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** Python's `\w`: letters, anything numeric, and the underscore; unlike JavaScript's `\p{Alphabetic}` no marks. */
export const wordClass = "\\p{L}\\p{N}_";

/** Python's `\b`, under the flag `u`. */
export const wordBoundary = `(?:(?<=[${wordClass}])(?![${wordClass}])|(?<![${wordClass}])(?=[${wordClass}]))`;

const space = new RegExp(`[${spaceClass}]`);

/** Whether one UTF-16 code unit is white space to Python; none lies outside the basic plane. */
export const isSpace = (unit: string): boolean => space.test(unit);

/** `text.strip()`. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start])) start++;
  while (end > start && isSpace(text[end - 1])) end--;
  return text.slice(start, end);
}

/** `text.strip(mark)` for a single character. */
export function stripMark(text: string, mark: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === mark) start++;
  while (end > start && text[end - 1] === mark) end--;
  return text.slice(start, end);
}

/** `not text.strip()`: nothing but white space. */
export const isBlank = (text: string): boolean => strip(text) === "";

const notUpper = /[\p{Lowercase}\p{Lt}]/u;
const notLower = /[\p{Uppercase}\p{Lt}]/u;

/** `text.isupper()`: at least one upper-case character, and none that is lower case or title case. */
export const isUpper = (text: string): boolean => /\p{Uppercase}/u.test(text) && !notUpper.test(text);

/** `text.islower()`: at least one lower-case character, and none that is upper case or title case. */
export const isLower = (text: string): boolean => /\p{Lowercase}/u.test(text) && !notLower.test(text);

/** The number of non-overlapping matches of a pattern, which must carry the flag `g` and never match the empty text. */
export function countMatches(text: string, pattern: RegExp): number {
  let count = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) count++;
  return count;
}

/** A pattern's source that matches `text` literally, under the flag `u`. */
export const escapePattern = (text: string): string => text.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&");
