import { spaceClass } from "./python_text";

/** Words as Python's `str` methods cut them: the published checkers rarely use a tokenizer. */

/** `string.punctuation`: the ASCII marks and symbols. */
export const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

const visible = new RegExp(`[^${spaceClass}]+`, "g");

/** `text.split()`: the runs of anything but white space. */
export const splitSpace = (text: string): string[] => text.match(visible) ?? [];

/** The text without its ASCII punctuation: `text.translate(str.maketrans("", "", string.punctuation))`. */
export const withoutPunctuation = (text: string): string => text.replace(/[!-/:-@[-`{-~]/g, "");

const isTrimmed = (unit: string): boolean => unit === " " || punctuation.includes(unit);

/** `text.lstrip(string.punctuation + " ")`. */
export function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && isTrimmed(text[start])) start++;
  return text.slice(start);
}

/** `text.rstrip(string.punctuation + " ")`. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isTrimmed(text[end - 1])) end--;
  return text.slice(0, end);
}

/** `text.strip(string.punctuation + " ")`. */
export const trimPunctuation = (text: string): string => trimEnd(trimStart(text));

/** `len(text)`: code points, where JavaScript counts UTF-16 units. */
export const codePoints = (text: string): number => [...text].length;

/** `text[0]` of a text that is not empty: its first code point. */
export const firstCharacter = (text: string): string => String.fromCodePoint(text.codePointAt(0)!);
