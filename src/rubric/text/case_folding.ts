/**
 * Case-insensitive search as Python's `re.IGNORECASE` does it on `str`: two characters match when their simple lower
 * cases are equal, or when the two lower-case letters share an upper case ("s" and "ſ", "σ" and "ς"). JavaScript's
 * flags `iu` fold by another table, in which neither "ı" nor "İ" matches "i".
 */

const firstCharacter = (text: string): string => String.fromCodePoint(text.codePointAt(0)!);

/** Pairs that share only a several-letter upper case, so that the rule below cannot see them. */
const sharedLongUpperCase = new Map([
  ["\u1fd3", "\u0390"],
  ["\u1fe3", "\u03b0"],
  ["\ufb06", "\ufb05"],
]);

const representatives = new Map<string, string>();

function representative(character: string): string {
  const known = representatives.get(character);
  if (known !== undefined) return known;
  const lower = firstCharacter(character.toLowerCase());
  const upper = lower.toUpperCase();
  const single = upper === firstCharacter(upper);
  const result = single ? firstCharacter(upper.toLowerCase()) : (sharedLongUpperCase.get(lower) ?? lower);
  representatives.set(character, result);
  return result;
}

/** `text` with each character replaced by the representative of its class: equal folds match case-insensitively. */
export const foldCase = (text: string): string =>
  text.replace(/[A-Z]+/g, (run) => run.toLowerCase()).replace(/[^\0-\x7f]/gu, representative);
